# SPDX-License-Identifier: GPL-3.0-or-later
"""Three lists of missing people in three scripts, with the errors such lists
have, and the truth about who is who, which an importer never sees."""

import csv

from .common import chance, entry
from .people import COUNT, population

# How many people are on which lists: 380 people, 500 places on a list.
SHARES = {"a": 138, "b": 93, "c": 41, "ab": 58, "ac": 26, "bc": 12, "abc": 12}
# People entered twice on one list make up the 515 rows.
TWICE = {"a": 6, "b": 5, "c": 4}

LISTS = {
    "a": {
        "script": "latin", "language": "en", "title": "List A: missing people, Association of Families",
        "date": "2012-05-02", "order": "dmy",
        "header": ["no", "name", "sex", "birth_year", "village", "last_seen"],
        "sex": {"M": "M", "F": "F"},
    },
    "b": {
        "script": "hangul", "language": "ko", "title": "List B: missing people, Tauvane Koreans' League",
        "date": "2012-11-20", "order": "ymd",
        "header": ["번호", "이름", "성별", "출생연도", "마을", "마지막 목격"],
        "sex": {"M": "남", "F": "여"},
    },
    "c": {
        "script": "arabic", "language": "ar", "title": "List C: missing people, Committee of Relatives Abroad",
        "date": "2013-02-11", "order": "dmy",
        "header": ["الرقم", "الاسم", "الجنس", "سنة الميلاد", "القرية", "آخر مشاهدة"],
        "sex": {"M": "ذكر", "F": "أنثى"},
    },
}
ROLES = ["no", "name", "sex", "birth_year", "village", "last_seen"]


def _spelling(rng, part, script, usual=0.55):
    forms = part[script]
    return forms[0] if rng.random() < usual else rng.choice(forms)


def _typo(rng, word):
    """One slip of the pen inside a word: two letters swapped, one left out or
    one doubled. The first letter stays, as it mostly does."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("swap", "drop", "double"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind == "drop":
        return word[:at] + word[at + 1:]
    return word[:at] + word[at] + word[at:]


# Syllables that are taken for each other by ear or in a bad handwriting.
HANGUL_SLIPS = {"영": "용", "성": "승", "은": "언", "현": "헌", "재": "제", "혜": "해", "태": "테", "희": "히",
                "흐": "하", "레": "래", "메": "매", "무": "모"}
ARABIC_SLIPS = {"ح": "خ", "س": "ش", "ص": "س", "ط": "ت", "ق": "ف", "غ": "ع", "ة": "ت", "ج": "ح"}


def _slip(rng, text, slips):
    places = [at for at, letter in enumerate(text) if letter in slips]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + slips[text[at]] + text[at + 1:]


def _name(rng, person, script):
    given = _spelling(rng, person.given, script)
    surname = _spelling(rng, person.surname, script)
    # The father's name is always given in Arabic, sometimes in Latin script.
    keep = {"arabic": 1.0, "latin": 0.5, "hangul": 0.15}[script]
    father = None
    if person.father and rng.random() < keep:
        father = _spelling(rng, person.father, script)
    wrong = rng.random() < 0.08
    if script == "latin":
        if person.style == "korean":
            head, tail = given.split("-")
            given = rng.choices((given, head + tail, f"{head} {tail.capitalize()}"), (60, 25, 15))[0]
            if wrong:
                given = _typo(rng, given)
            order = rng.choices(("surname", "given", "capitals"), (65, 15, 20))[0]
            return {"surname": f"{surname} {given}", "given": f"{given} {surname}",
                    "capitals": f"{surname.upper()} {given}"}[order]
        if wrong:
            surname = _typo(rng, surname)
        names = [given, father, surname] if father else [given, surname]
        return " ".join(names)
    if person.style == "korean":
        name = f"{surname}{given}" if script == "hangul" else f"{surname} {given}"
    else:
        name = " ".join([given, father, surname] if father else [given, surname])
    if wrong:
        name = _slip(rng, name, HANGUL_SLIPS if script == "hangul" else ARABIC_SLIPS)
    return name


def _seen(rng, date, order):
    roll = rng.random()
    if roll < 0.04:
        return ""
    if roll < 0.22:
        return str(date.year)
    day, month = date.day, date.month
    if day <= 12 and rng.random() < 0.12:
        day, month = month, day
    if order == "ymd":
        return f"{date.year}-{month:02d}-{day:02d}"
    return f"{day:02d}/{month:02d}/{date.year}"


def _row(rng, person, spec):
    script = spec["script"]
    birth = person.birth
    if rng.random() < 0.10:
        birth += rng.choice((-1, 1))
    village = _spelling(rng, person.village, script, 0.75)
    if script == "latin" and rng.random() < 0.04:
        village = _typo(rng, village)
    return [
        _name(rng, person, script),
        "" if rng.random() < 0.03 else spec["sex"][person.sex],
        "" if rng.random() < 0.13 else str(birth),
        "" if rng.random() < 0.05 else village,
        _seen(rng, person.seen, spec["order"]),
    ]


def make(incoming, seed):
    rng = chance(seed, "lists")
    people = population(rng)
    assert sum(SHARES.values()) == COUNT
    shuffled = people[:]
    rng.shuffle(shuffled)
    on = {letter: [] for letter in LISTS}
    for letters, count in SHARES.items():
        for person in [shuffled.pop() for _ in range(count)]:
            for letter in letters:
                on[letter].append(person)
    truth = []
    entries = []
    for letter, spec in LISTS.items():
        listed = on[letter] + rng.sample(on[letter], TWICE[letter])
        rng.shuffle(listed)
        file = f"list_{letter}.csv"
        with open(incoming / file, "w", encoding="utf-8", newline="") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(spec["header"])
            for number, person in enumerate(listed, 1):
                out.writerow([number, *_row(rng, person, spec)])
                truth.append([file, number, person.entity])
        entries.append(entry(
            file, "list", f"LIST-{letter.upper()}", spec["title"], spec["language"], spec["date"],
            rows=len(listed), columns=dict(zip(ROLES, spec["header"])),
            sex_values={spec["sex"]["M"]: "M", spec["sex"]["F"]: "F"}, date_order=spec["order"]))
    # Outside incoming/: what is there gets imported.
    folder = incoming.parent / "truth"
    folder.mkdir(exist_ok=True)
    with open(folder / "lists.csv", "w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(["list", "row", "entity"])
        out.writerows(truth)
    return entries
