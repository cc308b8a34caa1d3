# SPDX-License-Identifier: GPL-3.0-or-later
"""A PDF that costs a careless reader more time and memory than it has.

It holds no code and no action, only a page whose content unpacks to a great
deal of text. It is there to show that a reader works within limits and that
one bad file does not stop the others from being taken in."""

import zlib

from .common import entry

BLOCK = 1 << 20
BLOCKS = 1024  # 1 GiB of page content


def _bomb():
    # Showing text in many places inside the page makes the reader keep every
    # character; text off the page or in one place might be thrown away. The
    # pattern repeats soon, so that both layers of compression see all of it.
    shows = b"".join(
        f"1 0 0 1 {20 + place * 7 % 400} {20 + place * 11 % 760} Tm(aqzjkwxv)Tj\n".encode()
        for place in range(97))
    block = (shows * (BLOCK // len(shows))).ljust(BLOCK)
    # A full flush ends a block on a byte and forgets what came before, so one
    # compressed block can be repeated instead of compressing a gigabyte.
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    adler = 1
    for _ in range(BLOCKS):
        adler = zlib.adler32(block, adler)
    last = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    once = b"\x78\xda" + packed * BLOCKS + last + adler.to_bytes(4, "big")
    return zlib.compress(once, 9)


def make(incoming, seed):
    del seed
    bomb = _bomb()
    form = b"q /Self Do /Self Do Q\n"
    start = b"BT /F 12 Tf 60 780 Td (Invoice 2013/118)Tj /F 6 Tf\n"
    objects = [
        # Outlines whose items follow each other in a ring.
        b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[10 0 R 4 0 R]"
        b"/Resources<</Font<</F 5 0 R>>/XObject<</Self 9 0 R>>>>>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(bomb), bomb),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>",
        b"<</Title(Invoice)/Parent 6 0 R/Next 8 0 R/Prev 8 0 R/First 8 0 R/Last 8 0 R/Count 1>>",
        b"<</Title(Invoice)/Parent 7 0 R/Next 7 0 R/Prev 7 0 R/First 7 0 R/Last 7 0 R/Count 1>>",
        # A form that draws itself twice.
        b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</Self 9 0 R>>>>"
        b"/Length %d>>stream\n%s\nendstream" % (len(form), form),
        b"<</Length %d>>stream\n%s\nendstream" % (len(start), start),
    ]
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    (incoming / "hostile_invoice.pdf").write_bytes(out)
    return [entry("hostile_invoice.pdf", "hostile", "HOSTILE-1",
                  "An invoice from an unknown sender; the file cannot be read safely",
                  "en", "2013-10-01", exhibit=False)]
