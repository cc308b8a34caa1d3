# SPDX-License-Identifier: GPL-3.0-or-later
"""Each call of the system that changes a file fails once, with EIO and with ENOSPC: a sentence, nothing acknowledged lost, no repair needed."""
import errno
import shutil
import unittest

from support import *

SHIM = os.path.join(ROOT, "tests", "support", "fail_syscall.c")
# Every how manieth call fails in the short run.
STRIDE = 1 if LONG else 7


class FaultsTest(Case):
    def setUp(self):
        super().setUp()
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            loudly("no C compiler, so no call of the system can be made to fail")
            self.skipTest("no C compiler")
        self.shim = self.path("fail_syscall.so")
        self.raw([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", self.shim, SHIM, "-ldl"], DONE)
        self.source("S", kind="press")
        self.there = self.exhibit("e.txt", "A first line.\nA second line.\n", "S")["id"]
        self.mark = self.passage(self.there, "A first line.")
        for number in range(3):
            self.write("more/%d.txt" % number, "words %d\n" % number)
        self.write("more/large.bin", bytes(range(256)) * 400)

    def every_call(self, words, again):
        """Fails call 1, 2, 3, … of `words`, each on a fresh copy of the case, until a run makes no failing call. `again`: its exit codes when run once more."""
        before = {row["full_id"] for row in self.items("ls")}
        calls = []
        for error in (errno.EIO, errno.ENOSPC):
            at = 1
            while True:
                case, report = self.path("copy"), self.path("report")
                shutil.rmtree(case, ignore_errors=True)
                shutil.copytree(self.case, case)
                if os.path.exists(report):
                    os.remove(report)
                shim = {"LD_PRELOAD": self.shim, "OYER_FAIL_AT": str(at), "OYER_FAIL_ERRNO": str(error), "OYER_FAIL_BELOW": case, "OYER_FAIL_REPORT": report}
                # One line for each thing as it is committed; a command that makes one thing prints it with --json.
                done = self.raw(self.command(*words, "--jsonl" if words[0] == "add" else "--json", case=case), env=shim)
                if not os.path.exists(report):
                    self.assertIn(done.returncode, (DONE, BAD_INPUT))  # one of the files is put into quarantine
                    break
                with open(report) as stream:
                    calls.append(stream.read().strip())
                with self.subTest(words=words[:2], call=at, name=calls[-1], error=errno.errorcode[error]):
                    if done.returncode not in (DONE, BAD_INPUT):
                        self.assertEqual(done.returncode, DAMAGED, done.stderr)
                        self.sentence(done)
                    acknowledged = {json.loads(line)["full_id"] for line in done.stdout.split("\n")[:-1] if '"full_id"' in line}
                    here = {row["full_id"] for row in self.items("ls", case=case)}
                    self.assertEqual((before | acknowledged) - here, set(), "acknowledged and lost")
                    if done.returncode == DONE:
                        self.assertTrue(acknowledged)
                    # The next open works as it is, and the same command finishes.
                    self.run_oyer(*words, case=case, code=again)
                    self.whole(case=case)
                at += STRIDE
        self.assertGreaterEqual(len(calls), 4)
        print("  %s: %d failing calls (%s)" % (" ".join(words[:2]), len(calls), ", ".join(sorted(set(calls)))), file=sys.stderr)

    def test_add(self):
        self.every_call(("add", self.path("more"), "--source", "S"), (DONE, BAD_INPUT))

    def test_source_add(self):
        self.every_call(("source", "add", "--label", "NEW", "--kind", "person"), (DONE, BAD_INPUT))

    def test_claim_add(self):
        self.every_call(("claim", "add", "--text", "So.", "--by", "S", "--position", "document", "--on", self.mark), DONE)


if __name__ == "__main__":
    unittest.main()
