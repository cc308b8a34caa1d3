#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a small valid dossier bag, from the format pages alone.

    python3 make_bag.py DEST [--anchor FILE] [--witnesses N]

Independent of Oyer's programs and of verify.py (it shares no code with it);
it follows docs/formats/dossier.md, entry.md and journal.md. Ed25519 keys and
signatures are made by `openssl pkey` and `openssl pkeyutl`. Everything is
derived from fixed seeds, so the same options give the same bytes.

A test may pass hooks to spoil one thing at its source:
  edit[name](body)     changes a body before it is committed to (and signed)
  after[name](body)    changes a closing body after it was signed
  signer[number]       the actor who closes submission `number`
  entry[name](bytes)   changes the entry's bytes as they stand in the log
  segment[name]        whether a sealed entry shows a segment digest
  hide, also           names of entries disclosed too little, too much
  gap                  numbers of submissions with a stray entry before the
                       closing one; -1 for one at the log's beginning
  twice                one exhibit stands behind two files
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RECIPIENT = os.path.join(HERE, "..", "..", "src", "dossier", "recipient")


def h(data):
    return hashlib.sha256(data).digest()


def hexa(data):
    return hashlib.sha256(data).hexdigest()


def b64u(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def b32(data):
    """Extended hex alphabet, lower case, no padding (bit by bit: 3.9 has no b32hexencode)."""
    bits = "".join("{:08b}".format(byte) for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join("0123456789abcdefghijklmnopqrstuv"[int(bits[i:i + 5], 2)]
                   for i in range(0, len(bits), 5))


def jcs(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def draw(name, size=32):
    """Bytes that look random, the same in every run."""
    return hashlib.shake_256(b"make_bag " + name.encode()).digest(size)


# --- RFC 6962 trees, by the recursive definition (verify.py walks upward) ------

def split_at(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root_of(leaves):
    if not leaves:
        return h(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split_at(len(leaves))
    return h(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:]))


def path_of(m, leaves):
    if len(leaves) <= 1:
        return []
    k = split_at(len(leaves))
    if m < k:
        return path_of(m, leaves[:k]) + [root_of(leaves[k:])]
    return path_of(m - k, leaves[k:]) + [root_of(leaves[:k])]


# --- keys ---------------------------------------------------------------------

class Key:
    """An Ed25519 key made by openssl from a seed."""

    def __init__(self, folder, name):
        self.folder = folder
        self.file = os.path.join(folder, hexa(name.encode())[:16] + ".pem")
        der = bytes.fromhex("302e020100300506032b657004220420") + draw("seed " + name)
        with open(self.file, "wb") as out:
            out.write(b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der)
                      + b"\n-----END PRIVATE KEY-----\n")
        self.public = subprocess.run(
            ["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"],
            check=True, stdout=subprocess.PIPE).stdout[-32:]

    def sign(self, message):
        path = os.path.join(self.folder, "message")
        with open(path, "wb") as out:
            out.write(message)
        return subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", path],
            check=True, stdout=subprocess.PIPE).stdout


class Signer:
    """A note signer: kind 1 the log, kind 4 a witness."""

    def __init__(self, folder, name, kind, seed=None):
        self.name, self.kind, self.key = name, kind, Key(folder, seed or name)
        typed = bytes([kind]) + self.key.public
        self.id = h(name.encode() + b"\n" + typed)[:4]
        self.vkey = "%s+%s+%s" % (name, self.id.hex(), base64.b64encode(typed).decode())

    def line(self, text, time=1767225600):
        if self.kind == 1:
            signature = self.key.sign(text)
        else:
            signature = time.to_bytes(8, "big") + self.key.sign(
                b"cosignature/v1\ntime %d\n" % time + text)
        return "\u2014 {} {}\n".format(self.name, base64.b64encode(self.id + signature).decode())


# --- the case -----------------------------------------------------------------

PDF = b"%PDF-1.4\nnot really\n" * 40
PNG = b"\x89PNG\r\n\x1a\nnor this"
PRESS = "Ein offener Artikel, na\u00efve \u2713\n".encode()
TEXT = jcs({"kind": "text", "pages": [{"n": 1, "text": "not really"}], "v": 1})
HTML, DOCX, REPORT = b"<!doctype html><title>r</title>\n", b"PK\x03\x04docx", b'{"report":1}'


class Bag:
    """Builds the log, then the files of the bag: {path: bytes} in self.files."""

    def __init__(self, edit=None, after=None, signer=None, entry=None, segment=None,
                 log_seed="log", witnesses=0, cosigned=None, quorum=None, open_report=False,
                 hide=(), also=(), gap=(), twice=False):
        self.edit, self.after, self.signer = edit or {}, after or {}, signer or {}
        self.entry_hook, self.segment = entry or {}, segment or {}
        self.folder = tempfile.mkdtemp(prefix="make_bag-")
        try:
            self.origin = "log.oyer.invalid/" + b32(draw("origin", 16))
            self.case = b64u(draw("case", 16))
            self.log = Signer(self.folder, self.origin, 1, log_seed)
            self.witnesses = [Signer(self.folder, "w%d.example/w" % n, 4) for n in range(witnesses)]
            self.actors = {name: Key(self.folder, "actor " + name) for name in "abx"}
            self.rows = []                  # dicts: name, entry, and what opens it
            self.by_name = {}
            self.gap = gap
            self.write_log(open_report)
            self.write_proof(cosigned, quorum, set(hide), set(also), twice)
        finally:
            shutil.rmtree(self.folder)

    # -- the log

    def body(self, name, type_, d):
        body = {"case": self.case, "log": self.origin, "n": b64u(draw("nonce " + name, 16)),
                "t": type_, "d": d}
        self.edit.get(name, lambda body: None)(body)
        return body

    def append(self, name, body, sealed, values=(), segment=None):
        raw = jcs(body)
        row = {"name": name, "body": body, "raw": raw, "sealed": sealed, "values": dict(values)}
        if sealed:
            row["salt"] = draw("salt " + name)
            c = h(b"oyer/body/1\n" + row["salt"] + raw)
            shown = {"c": b64u(c), "v": 1}
            if self.segment.get(name, segment is not None):
                shown["s"] = b64u(segment or draw("segment " + name))
            row["entry"] = jcs(shown)
        else:
            row["entry"] = raw
        row["entry"] = self.entry_hook.get(name, lambda data: data)(row["entry"])
        row["leaf"] = h(b"\x00" + row["entry"])
        row["index"] = len(self.rows)
        self.rows.append(row)
        self.by_name[name] = row

    def protect(self, name, sealed, values):
        """The values as they stand in d, and their openings."""
        if not sealed:
            return dict(values), {}
        d, openings = {}, {}
        for key, value in values.items():
            salt = draw("value %s %s" % (name, key))
            d[key] = {"c": b64u(h(b"oyer/value/1/" + key.encode() + b"\n" + salt + value.encode()))}
            openings[key] = [b64u(salt), value]
        return d, openings

    def submission(self, number, actor, compartment, sealed, items, time):
        """items: (name, type, data, protected values). Closes with submission/1."""
        first = len(self.rows)
        for name, type_, data, secret in items:
            d, openings = self.protect(name, sealed, secret)
            self.append(name, self.body(name, type_, dict(data, **d)), sealed, openings)
        rows = self.rows[first:]
        if number in self.gap:
            self.stray(number)
        key = self.actors[self.signer.get(number, actor)]
        name = "closing-%d" % number
        body = self.body(name, "submission/1", {
            "act": b64u(draw("act %d" % number, 16)), "actor": b64u(key.public),
            "compartment": compartment, "count": len(rows), "purpose": "add",
            "root": b64u(root_of([row["leaf"] for row in rows])), "time": time})
        body["d"]["sig"] = b64u(key.sign(b"oyer/submission/1\n" + jcs(body)))
        self.after.get(name, lambda body: None)(body)
        self.append(name, body, sealed, segment=draw("segment %d" % number) if sealed else None)
        closing = self.by_name[name]
        for row in rows:
            row["closing"] = closing
            row["first"], row["count"] = first, len(rows)

    def stray(self, number):
        name = "stray %d" % number
        self.append(name, self.body(name, "claim.add/1", {"text": name}), True)

    def exhibit(self, name, data, media, source="so-" + b32(h(b"source"))):
        return (name, "exhibit.add/1",
                {"source": source, "size": len(data), "media": media, "state": "sealed",
                 "blob": b64u(h(b"blob" + data))},
                {"name": name + ".orig", "digest": hexa(data)})

    def write_log(self, open_report):
        box = "bx-" + b32(h(b"box"))
        enrol = lambda who: ("enrol-" + who, "key.enrol/1",
                             {"key": b64u(self.actors[who].public), "name": who.upper(),
                              "purposes": ["add", "claim"]}, {})
        if -1 in self.gap:
            self.stray(-1)
        self.submission(0, "a", "base", True, [
            ("case", "case.open/1", {"title": "T", "kind": "inquiry", "by": "make_bag"}, {}),
            ("box", "compartment.add/1", {"name": "base", "recipient": "age1x"}, {}),
            enrol("a")], "2026-01-05T08:00:00Z")
        self.submission(1, "a", box, True, [
            ("source", "source.add/1", {"label": "S", "kind": "person", "held": True}, {}),
            self.exhibit("pdf", PDF, "application/pdf"),
            self.exhibit("png", PNG, "image/png"),
            ("claim", "claim.add/1", {"text": "c \u0001\u007f\"\\"}, {}),
            ("claim-2", "claim.add/1", {"text": "d"}, {})], "2026-01-31T09:00:00Z")
        self.submission(2, "a", "open", False, [
            self.exhibit("press", PRESS, "text/plain")], "2026-02-01T10:00:00Z")
        self.submission(3, "a", box, True, [enrol("b")], "2026-02-01T11:00:00Z")
        listed = jcs({"html": hexa(HTML), "docx": hexa(DOCX), "json": hexa(REPORT)}).decode()
        self.submission(4, "b", box, True, [
            ("text", "rendition.add/1",
             {"exhibit": "ex-" + b32(h(b"ex")), "kind": "text", "blob": "x", "size": len(TEXT),
              "tool": "t", "version": "1", "parameters": {}, "pages": 1}, {"digest": hexa(TEXT)})],
            "2026-02-02T09:00:00Z")
        self.submission(5, "b", "open" if open_report else box, not open_report, [
            ("report", "run/1", {"engine": "report", "version": "1", "parameters": {},
                                 "inputs": [], "summary": "s"}, {"digest": listed})],
            "2026-02-03T09:00:00Z")
        self.submission(6, "x", box, True, [
            ("later", "claim.add/1", {"text": "not disclosed"}, {})], "2026-03-01T09:00:00Z")

    # -- the bag

    def id(self, name):
        leaf = self.by_name[name]["leaf"]
        return b32(hmac.new(draw("edition"), leaf, hashlib.sha256).digest())[:16]

    def write_proof(self, cosigned, quorum, hide, also, twice):
        behind = [("pdf", "pdf", PDF), ("png", "png", PNG), ("press", "txt", PRESS),
                  ("text", "json", TEXT), ("report", "html", HTML), ("report", "docx", DOCX),
                  ("report", "json", REPORT)]
        if twice:
            behind.append(("press", "md", PRESS))
        self.files = files = {}
        for name, extension, data in behind:
            files["data/%s.%s" % (self.id(name), extension)] = data
        leaves = [row["leaf"] for row in self.rows]
        text = ("%s\n%d\n%s\n" % (self.origin, len(leaves),
                                  base64.b64encode(root_of(leaves)).decode())).encode()
        lines = [self.log.line(text)] + [w.line(text) for w in self.witnesses
                                         if cosigned is None or w.name in cosigned]
        files["proof/checkpoint"] = text + b"\n" + "".join(lines).encode()
        self.policy = self.policy_text(quorum)
        files["proof/policy"] = self.policy
        files["proof/index.json"] = jcs({
            "case": self.case, "log": self.origin, "v": 1,
            "files": sorted(({"entry": self.id(name), "file": "data/%s.%s" % (self.id(name), ext)}
                             for name, ext, _ in behind), key=lambda item: item["file"])})
        disclosed = {name for name, _, _ in behind} | {"enrol-a", "enrol-b"}
        disclosed |= {self.by_name[name]["closing"]["name"] for name in disclosed}
        for name in sorted((disclosed | also) - hide):
            self.disclose(name, leaves)
        self.add_rest()

    def policy_text(self, quorum):
        lines = ["log " + self.log.vkey]
        lines += ["witness W%d %s" % (n, w.vkey) for n, w in enumerate(self.witnesses)]
        if self.witnesses:
            lines.append("group G %s %s" % (
                quorum or len(self.witnesses), " ".join("W%d" % n for n in range(len(self.witnesses)))))
        lines.append("quorum " + ("G" if self.witnesses else "none"))
        return ("\n".join(lines) + "\n").encode()

    def disclose(self, name, leaves):
        row, stem = self.by_name[name], "proof/" + self.id(name)
        self.files[stem + ".entry"] = row["entry"]
        proof = ["c2sp.org/tlog-proof@v1", "index %d" % row["index"]]
        proof += [base64.b64encode(hash_).decode() for hash_ in path_of(row["index"], leaves)]
        self.files[stem + ".tlog-proof"] = (("\n".join(proof) + "\n\n").encode()
                                            + self.files["proof/checkpoint"])
        if row["sealed"]:
            values = {key: value for key, value in row["values"].items() if key == "digest"}
            self.files[stem + ".opening"] = jcs({"body": row["raw"].decode(),
                                                 "salt": b64u(row["salt"]), "values": values})
        if "closing" in row:
            tree = leaves[row["first"]:row["first"] + row["count"]]
            place = row["index"] - row["first"]
            self.files[stem + ".submission"] = jcs({
                "closing": self.id(row["closing"]["name"]), "index": place,
                "path": [b64u(hash_) for hash_ in path_of(place, tree)]})

    def add_rest(self):
        files = self.files
        files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        data = [content for path, content in files.items() if path.startswith("data/")]
        files["bag-info.txt"] = (
            "Bag-Software-Agent: make_bag\nBagging-Date: 2026-03-02\nPayload-Oxum: %d.%d\n"
            "External-Description: A dossier made for a test.\nOyer-Edition: test\n"
            % (sum(map(len, data)), len(data))).encode()
        for path, content in (("metadata/premis.xml", b"<premis/>\n"), ("metadata/case.jsonld", b"{}\n"),
                              ("metadata/statement.txt", b"Statement.\n"),
                              ("metadata/schedule.csv", b"item\n"),
                              ("load/docs.dat", b"\xef\xbb\xbf\xc3\xbex\xc3\xbe\n"),
                              ("load/images.opt", b"A,,B,Y,,,1\n")):
            files[path] = content
        for name in ("VERIFY.txt", "verify.py"):
            with open(os.path.join(RECIPIENT, name), "rb") as stream:
                files[name] = stream.read()

    def write(self, destination):
        for path, content in self.files.items():
            whole = os.path.join(destination, path)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "wb") as out:
                out.write(content)
        write_manifests(destination)


def write_manifests(bag):
    """(Re)write the four manifests for the files that lie in the bag."""
    found = []
    for folder, _, names in os.walk(bag):
        found += [os.path.relpath(os.path.join(folder, name), bag) for name in names]
    manifests = [path for path in found if path.startswith(("manifest-", "tagmanifest-"))]
    rest = sorted((path for path in found if path not in manifests), key=os.fsencode)

    def write(family, paths):
        for method in ("sha256", "sha512"):
            with open(os.path.join(bag, "%s-%s.txt" % (family, method)), "wb") as out:
                for path in sorted(paths, key=os.fsencode):
                    with open(os.path.join(bag, path), "rb") as stream:
                        digest = hashlib.new(method, stream.read()).hexdigest()
                    out.write(digest.encode() + b"  " + os.fsencode(path) + b"\n")

    write("manifest", [path for path in rest if path.startswith("data/")])
    write("tagmanifest", [path for path in rest if not path.startswith("data/")]
          + ["manifest-sha256.txt", "manifest-sha512.txt"])


def main():
    parser = argparse.ArgumentParser(description="Make a small valid dossier bag.")
    parser.add_argument("destination")
    parser.add_argument("--anchor", help="write the anchor that authenticates it to this file")
    parser.add_argument("--witnesses", type=int, default=0)
    options = parser.parse_args()
    bag = Bag(witnesses=options.witnesses)
    os.mkdir(options.destination)
    bag.write(options.destination)
    if options.anchor:
        with open(options.anchor, "wb") as out:
            out.write(bag.policy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
