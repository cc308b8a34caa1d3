# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent is a rule: what a person refused, limited or took back leaves in no report and no dossier, however the record was corrected since."""
import unittest

from support import *

WORDS = "I was held behind the old mill"


class ConsentTest(Case):
    def setUp(self):
        super().setUp()
        self.source("W-01", kind="person")
        self.source("PAPER", kind="press")
        self.exhibit_id = self.exhibit("w.txt", WORDS + ".\n", "W-01")["id"]
        other = self.exhibit("p.txt", "The mill was a prison.\n", "PAPER")["id"]
        claims = [self.claim("A witness was held.", "W-01", self.passage(self.exhibit_id, WORDS)), self.claim("The mill was a prison.", "PAPER", self.passage(other, "The mill was a prison."))]
        self.json("policy", "add", "--name", "one", "--min-roots", "1")
        self.json("finding", "add", "--label", "F1", "--text", "People were held at the mill.", "--claim", claims[0], "--claim", claims[1])
        self.claims, self.number = claims, 0

    def consent(self, use, *more, source="W-01"):
        self.json("consent", "add", "--source", source, "--use", use, *more)

    def leaves(self, *more, build=True):
        """(in the report, in the dossier's exhibits and texts, anywhere in the dossier)"""
        self.number += 1
        quoted = None
        if build:
            out = self.path("out-%d" % self.number)
            self.run_oyer("report", "build", "-o", out)
            with open(out + "/report.html", encoding="utf-8") as stream:
                quoted = WORDS in stream.read()
        bag = self.path("bag-%d" % self.number)
        self.run_oyer("dossier", "-o", bag, *more)
        ours, theirs = self.both_verifiers(bag)
        self.assertEqual((ours.returncode, theirs.returncode), (0, 0), ours.stdout + theirs.stdout)
        inside = anywhere = False
        for folder, _, names in os.walk(bag):
            for name in names:
                with open(os.path.join(folder, name), "rb") as stream:
                    if WORDS.encode() in stream.read():
                        anywhere = True
                        inside = inside or name.endswith((".txt", ".json")) and folder.endswith("data")
        return quoted, inside, anywhere

    def test_silence_refuses(self):
        self.assertEqual(self.leaves(), (False, False, False))

    def test_granted_and_taken_back(self):
        self.consent("quotation")
        self.assertEqual(self.leaves(), (True, False, True), "the report quotes, the exhibit stays")
        self.consent("referral")
        self.assertEqual(self.leaves(), (True, True, True))
        self.consent("referral", "--refused")
        self.consent("quotation", "--refused")
        # A report that was built before still quotes: it may not leave with a new dossier.
        self.assertEqual(self.leaves(build=False)[1:], (False, False))
        self.assertEqual(self.leaves(), (False, False, False))

    def test_taken_back_after_the_source_was_corrected(self):
        self.consent("quotation")
        self.consent("referral")
        self.json("source", "add", "--label", "W-01", "--kind", "person", "--note", "corrected", "--supersedes", "W-01")
        self.assertEqual(self.leaves(), (True, True, True), "a correction of the entry takes no consent away")
        self.consent("quotation", "--refused")
        self.consent("referral", "--refused")
        self.assertEqual(self.leaves(), (False, False, False))

    def test_for_one_recipient(self):
        self.consent("referral", "--recipient", "Office of the Prosecutor")
        self.assertFalse(self.leaves()[1])
        self.assertFalse(self.leaves("--recipient", "Somebody else")[1])
        self.assertTrue(self.leaves("--recipient", "Office of the Prosecutor")[1])

    def test_until(self):
        self.consent("referral", "--until", "2020-01-31")
        self.assertFalse(self.leaves()[1])
        self.consent("referral", "--until", "2999")
        self.assertTrue(self.leaves()[1])

    def test_what_is_corrected_still_weighs(self):
        """Sources, claims, policies and findings are superseded; what pointed to the old one means the new one."""
        before = self.items("weigh")[0]
        self.json("source", "add", "--label", "PAPER", "--kind", "press", "--note", "daily", "--supersedes", "PAPER")
        self.assertEqual(self.items("weigh")[0]["roots"], before["roots"])
        self.json("source", "add", "--label", "AGENCY", "--kind", "press")
        self.json("derivation", "add", "--source", "PAPER", "--from", "AGENCY", "--how", "copied")
        self.assertIn("AGENCY", self.items("weigh")[0]["roots"])
        passage = self.items("ls", "passages")[1]["id"]
        self.json("claim", "add", "--text", "The mill was used as a prison.", "--by", "PAPER", "--position", "document", "--on", passage, "--supersedes", self.claims[1])
        self.run_oyer("weigh")
        out = self.path("corrected")
        self.run_oyer("report", "build", "-o", out)
        with open(out + "/report.html", encoding="utf-8") as stream:
            html = stream.read()
        self.assertIn("The mill was used as a prison.", html)
        self.assertNotIn("The mill was a prison.</", html)
        self.json("policy", "add", "--name", "nine", "--min-roots", "9", "--supersedes", "one")
        self.assertFalse(self.items("weigh")[0]["meets_policy"])
        # Two corrections of one thing: nobody but a person says which holds.
        first = self.items("ls", "sources", "--all")[0]["full_id"]
        for _ in range(2):
            self.json("source", "add", "--label", "W-01", "--kind", "person", "--supersedes", first)
        said = self.refused("weigh", code=FAILED)
        self.assertIn("supersede", said)
        self.rebuilt_equal()


if __name__ == "__main__":
    unittest.main()
