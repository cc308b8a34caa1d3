# SPDX-License-Identifier: GPL-3.0-or-later
"""The projection is a pure function of the journal: after any history, at any place and time, the canonical dump has the same bytes."""
import random
import shutil
import unittest

from support import *

HISTORIES = 100 if LONG else 15
STEPS = 30
PLACES = ({"TZ": "Asia/Seoul"}, {"TZ": "America/St_Johns"}, {"LC_ALL": "C", "LANG": None}, {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, {"LC_ALL": "nonsense", "TZ": "Nowhere/At_All"})


class RebuildTest(Case):
    MAKE = False

    def history(self, number):
        """About 30 random acts of people; every kind of decision, both tiers, superseding, refusals among them."""
        chance = random.Random(number)
        self.case = self.path("case-%d" % number)
        self.OPEN = number % 5 == 4
        self.make_case()
        things = {kind: [] for kind in ("source", "exhibit", "passage", "claim", "finding", "reply", "allegation", "consent", "policy", "mandate", "grade", "derivation", "measure")}
        word = lambda: chance.choice(("İstanbul", "ısı", "처형", "شهادة", "café", "cafe\u0301", "ß", "😀", "a\"b\\c", "x")) + str(chance.randrange(1000))

        def keep(kind, *arguments):
            done = self.run_oyer(kind, "add", *arguments, *self.tier(chance), "--json", code=(DONE, USAGE, BAD_INPUT, NOT_FOUND))
            if done.returncode == DONE:
                things[kind].append(json.loads(done.stdout)["full_id"])
            return done

        def one(kind):
            return chance.choice(things[kind])

        def add_exhibit():
            text = "%s said %s\nin %s\n" % (word(), word(), word())
            path = self.write("in/%d/%s.txt" % (number, word().replace("/", "").replace("\"", "")), text)
            item = self.items("add", path, "--source", one("source"), *self.tier(chance), code=(DONE, BAD_INPUT))[0]
            if item["state"] == "sealed":
                things["exhibit"].append(item["full_id"])
                done = self.run_oyer("passage", "add", item["full_id"], "--quote", text.split("\n")[0], "--json")
                things["passage"].append(json.loads(done.stdout)["full_id"])

        keep("source", "--label", word(), "--kind", "person")
        while not things["source"]:
            keep("source", "--label", word(), "--kind", "person")
        for _ in range(STEPS):
            act = chance.randrange(14)
            sup = lambda kind: ["--supersedes", one(kind)] if things[kind] and chance.random() < .4 else []
            if act == 0:
                keep("source", "--label", word(), "--kind", chance.choice(("person", "press", "official")), "--note", word(), *sup("source"))
            elif act == 1 or not things["exhibit"]:
                add_exhibit()
            elif act in (2, 3):
                keep("claim", "--text", word(), "--by", one("source"), "--position", chance.choice(("victim", "hearsay", "document")), "--on", one("passage") + chance.choice(("", ":contradicts", ":context")),
                     "--when", chance.choice(("2008-03", "2007..2009", "~2008", "2008-02-29")), *sup("claim"))
            elif act == 4:
                keep("consent", "--source", one("source"), "--use", chance.choice(("quotation", "referral", "public")), *(["--refused"] if chance.random() < .5 else []), *sup("consent"))
            elif act == 5 and things["claim"]:
                keep("finding", "--label", "F%d" % chance.randrange(6), "--text", word(), "--claim", one("claim"), *sup("finding"))
            elif act == 6:
                keep("policy", "--name", word(), "--min-roots", str(chance.randrange(1, 4)), *sup("policy"))
            elif act == 7:
                keep("derivation", "--source", one("source"), "--from", one("source"), "--how", chance.choice(("copied", "cites")))
            elif act == 8:
                keep("allegation", "--number", str(chance.randrange(1, 9)), "--text", word(), *(["--claim", one("claim")] if things["claim"] else []))
            elif act == 9 and things["allegation"]:
                keep("reply", "--to", one("allegation"), "--by", one("source"), "--kind", chance.choice(("denial", "objection", "evidence")), "--text", word(), *sup("reply"))
            elif act == 10:
                keep("grade", "--target", one("source"), "--scale", "admiralty", "--reliability", chance.choice("ABCDEF"), "--reason", word(), *sup("grade"))
            elif act == 11:
                keep("mandate", "--instrument", word(), "--question", word(), "--territory", word(), "--period", "2006..2011", "--standard", word(), *sup("mandate"))
            elif act == 12:
                keep("measure", "--body", "HRC", "--symbol", word(), "--date", "2014-03-28", "--mode", "vote", "--yes", "30", "--no", "6", "--abstain", "11", "--text", word(), "--source", word())
            elif act == 13:
                self.run_oyer(chance.choice(("status", "ls", "weigh")), code=(DONE, FAILED))
                if chance.random() < .3:
                    self.run_oyer("search", chance.choice(("said", "처형", "cafe")))
        return things

    def tier(self, chance):
        return ["--tier", "open"] if chance.random() < .35 else []

    def dump(self, *more, **options):
        text = self.run_oyer("rebuild", "--dump", *more, **options).stdout
        lines = text.split("\n")[:-1]
        for line in lines:
            value = json.loads(line)
            self.assertEqual(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")), line, "a line of the dump is not canonical")
            self.assertIn(value["t"], ("thing", "edge", "supersession"))
        return text

    def forget(self):
        shutil.rmtree(self.case + "/derived")

    def test_random_histories(self):
        for number in range(HISTORIES):
            with self.subTest(history=number):
                self.history(number)
                kept, kept_open = self.dump(), self.dump("--tier", "open")
                self.rebuilt_equal("--signatures")
                self.rebuilt_equal("--tier", "open")
                self.assertEqual({line for line in kept.split("\n") if '"tier":"open"' in line and self.tier_of(line) == "open"} - {""}, set(kept_open.split("\n")) - {""})
                self.forget()
                self.assertEqual(self.dump(), kept, "built at once it differs from what grew step by step")
                place = PLACES[number % len(PLACES)]
                self.forget()
                self.assertEqual(self.dump(env=place), kept, "it depends on %s" % place)
                self.rebuilt_equal(env=place)
                # Locked: the open tier's rows are the same.
                if not self.OPEN:
                    self.assertEqual(self.dump("--tier", "open", env={"OYER_KEY_FILE": None}), kept_open, "locked and unlocked differ")
                    self.rebuilt_equal("--tier", "open", env={"OYER_KEY_FILE": None})
                self.whole()

    @staticmethod
    def tier_of(line):
        return json.loads(line)["tier"]

    def test_every_place(self):
        self.history(7)
        kept = self.dump()
        for place in PLACES:
            for words in (("status",), ("ls", "--all"), ("weigh",), ("rebuild", "--check")):
                self.run_oyer(*words, env=place, code=(DONE, FAILED))
            self.assertEqual(self.dump(env=place), kept)
        # An act under a strange place is recorded as elsewhere: times are UTC, numbers have points.
        made = self.json("source", "add", "--label", "LATE", "--kind", "person", env={"TZ": "Asia/Seoul", "LC_ALL": "tr_TR.UTF-8"})
        self.assertRegex(made["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        import calendar, time
        self.assertLess(abs(calendar.timegm(time.strptime(made["time"], "%Y-%m-%dT%H:%M:%SZ")) - time.time()), 60)
        self.rebuilt_equal()

    def test_dump_into_a_file(self):
        self.history(3)
        self.run_oyer("rebuild", "--dump", "--output", self.path("dump"))
        with open(self.path("dump"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), self.dump())

    def test_derived_is_disposable(self):
        """Damage of any sort below derived/ costs nothing."""
        self.history(1)
        kept = self.dump()
        database = self.case + "/derived/projection.db"
        size = os.path.getsize(database)
        for spoil in (lambda f: f.truncate(0), lambda f: f.truncate(100), lambda f: (f.seek(0), f.write(b"SQLite format 3\0" + bytes(4096))), lambda f: (f.seek(size // 2), f.write(os.urandom(4096))), lambda f: (f.seek(0), f.write(os.urandom(size)))):
            with open(database, "r+b") as stream:
                spoil(stream)
            # Refused as damaged, with what to do, or mended; never something else.
            done = self.run_oyer("rebuild", "--dump", code=(DONE, DAMAGED, FAILED))
            if done.returncode == DONE:
                self.assertEqual(done.stdout, kept)
            else:
                self.assertIn("derived/", self.sentence(done))
                self.forget()
                self.assertEqual(self.dump(), kept, "what the message advises does not help")
        self.whole()


if __name__ == "__main__":
    unittest.main()
