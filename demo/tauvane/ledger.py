# SPDX-License-Identifier: GPL-3.0-or-later
"""D2: the ration ledger of K-7, a row for each month of 2007 to 2010."""

import calendar
import csv

from .common import chance, entry, quote

# Grams of grain per head per day in the first month of each quarter; the months
# between lie on a line. The lowest point is fixed for every seed, since the
# manifest quotes it.
ANCHORS = [480, 470, 450, 410, 330, 205, 215, 290, 340, 365, 380, 390, 400, 405, 410, 415, 420]
LOWEST = ("2008-05", 2014, 190)


def rows(seed):
    rng = chance(seed, "ledger")
    prisoners = 2140
    for month in range(48):
        name = f"{2007 + month // 12}-{month % 12 + 1:02d}"
        left, right = ANCHORS[month // 3], ANCHORS[month // 3 + 1]
        grams = round(left + (right - left) * (month % 3) / 3) + rng.randrange(-2, 3)
        # People die and others are brought in; the fall is steepest in the hunger.
        prisoners += rng.randrange(-18, 16) - (38 if 14 <= month <= 22 else 0)
        if name == LOWEST[0]:
            prisoners, grams = LOWEST[1:]
        days = calendar.monthrange(2007 + month // 12, month % 12 + 1)[1]
        yield name, prisoners, grams, round(prisoners * grams * days / 1000)


def make(incoming, seed):
    with open(incoming / "d2_ration_ledger.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["month", "prisoners_counted", "grain_g_per_head_per_day", "grain_issued_kg"])
        out.writerows(rows(seed))
    return [entry("d2_ration_ledger.csv", "table", "D2",
                  "Ration ledger of site K-7, 2007-2010", "en", "2010-12-31",
                  quotes=[
                      quote("d2-column", "grain_g_per_head_per_day", "hunger"),
                      quote("d2-lowest", "2008-05,2014,190,11862", "hunger"),
                  ])]
