# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the generator shares: seeded chance, fonts, manifest rows."""

import random

# Debian's fonts-noto-cjk and fonts-noto-core. In the .ttc, face 1 is Korean.
CJK_FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
CJK_BOLD_FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
CJK_KOREAN = 1
SERIF_FONT = "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"
SERIF_BOLD_FONT = "/usr/share/fonts/truetype/noto/NotoSerif-Bold.ttf"


def chance(seed, part):
    """A generator of its own for each part, so that changing one part of the
    demo does not change the bytes of the others. A string seed goes through
    SHA-512 in CPython and does not depend on PYTHONHASHSEED."""
    return random.Random(f"tauvane:{seed}:{part}")


def quote(key, text, about, page=1, translation=None):
    row = {"key": key, "page": page, "text": text, "about": about}
    if translation is not None:
        row["translation"] = translation
    return row


def spoken(key, text, about, time_ms):
    return {"key": key, "time_ms": list(time_ms), "text": text, "about": about}


def entry(file, kind, label, title, language, date, *, derives_from=(),
          origin=None, quotes=(), exhibit=True, **more):
    """One row of manifest.json. All rows have the same keys, so a reader needs
    no special cases; what only some kinds have comes last, from `more`."""
    return {"file": file, "kind": kind, "label": label, "title": title,
            "language": language, "date": date,
            "derives_from": list(derives_from), "origin": origin,
            "exhibit": exhibit, "quotes": list(quotes), **more}
