# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong, a person reads a sentence that says what happened and what to do, and a script reads the right exit code."""
import json
import os
import signal
import subprocess
import sys
import time
import unittest

from support import *

# What each command needs so that its options are in order; the case, the key or the disk is then what is wrong.
ARGUMENTS = {
    ("status",): [], ("add",): ["{file}", "--source", "S"], ("ls",): [], ("show",): ["S"], ("search",): ["word"], ("passage", "add"): ["ex-00000", "--quote", "x"], ("passage", "ls"): [],
    ("weigh",): [], ("report", "build"): ["-o", "{out}"], ("dossier",): ["-o", "{out}"], ("verify",): [], ("rebuild",): ["--check"], ("log", "list"): [], ("log", "show"): ["S"], ("log", "prove"): ["S"],
    ("key", "ls"): [], ("key", "enrol"): ["--name", "a", "--key", "A" * 43], ("key", "revoke"): ["--key", "x", "--reason", "y"], ("key", "new"): [], ("unlock",): [], ("lock",): [], ("serve",): ["--listen", "127.0.0.1:1"],
    ("link",): ["--exhibit", "ex-00000"],
}
ADD = {
    "source": ["--label", "L", "--kind", "press"], "derivation": ["--source", "S", "--from", "S", "--how", "copied"], "claim": ["--text", "x", "--by", "S", "--position", "victim", "--on", "pa-00000"],
    "grade": ["--target", "S", "--scale", "admiralty", "--reliability", "B", "--reason", "y"], "policy": ["--name", "p", "--min-roots", "1"], "mandate": ["--instrument", "i", "--question", "q", "--territory", "t", "--period", "2006..2011", "--standard", "s"],
    "finding": ["--label", "F", "--text", "x", "--claim", "cl-00000"], "measure": ["--body", "X", "--symbol", "X/1", "--date", "2001-01-01", "--mode", "letter", "--text", "x", "--source", "y"], "allegation": ["--number", "1", "--text", "x"],
    "reply": ["--to", "al-00000", "--by", "S", "--kind", "denial", "--text", "x"], "consent": ["--source", "S", "--use", "public"],
}
for noun, words in ADD.items():
    ARGUMENTS[(noun, "add")] = words
    ARGUMENTS[(noun, "ls")] = []
    ARGUMENTS[(noun, "show")] = ["S"]
    ARGUMENTS[(noun, "import")] = ["{file}"]
WITHOUT_CASE = {("init",), ("completion",), ("names", "match")}
WITHOUT_KEY = {("status",), ("verify",), ("rebuild",), ("log", "list"), ("log", "prove"), ("lock",)}


class ErrorsTest(Case):
    def setUp(self):
        super().setUp()
        self.source("S")
        self.write("file.csv", "a\nb\n")

    def words(self, name):
        return [word.replace("{file}", self.path("file.csv")).replace("{out}", self.path("out")) for word in ARGUMENTS[name]]

    def all(self):
        names = [tuple(command.words) for command in self.command_table()]
        for name in names:
            self.assertTrue(name in ARGUMENTS or name in WITHOUT_CASE, "a new command without a line in this test: %s" % (name,))
        return [name for name in names if name in ARGUMENTS]

    def test_no_case(self):
        for name in self.all():
            with self.subTest(name):
                said = self.refused(*name, *self.words(name), case=self.path("nowhere"), code=NOT_FOUND)
                self.assertIn("oyer init", said)
                answer = json.loads(self.run_oyer(*name, *self.words(name), "--json", case=self.path("nowhere"), code=NOT_FOUND).stdout.strip().split("\n")[-1])
                self.assertEqual(answer["error"]["code"], NOT_FOUND)

    def test_locked(self):
        for name in self.all():
            if name in WITHOUT_KEY or name == ("key", "new"):
                continue
            with self.subTest(name):
                said = self.refused(*name, *self.words(name), env={"OYER_KEY_FILE": None}, code=REFUSED)
                self.assertRegex(said, "unlock|--key-file|key file")

    def test_wrong_key(self):
        wrong, short = self.write("wrong", os.urandom(32)), self.write("short", b"x")
        for name in self.all():
            if name in {("lock",), ("key", "new")}:
                continue
            with self.subTest(name):
                self.refused(*name, *self.words(name), env={"OYER_KEY_FILE": wrong}, code=REFUSED)
                self.refused(*name, *self.words(name), env={"OYER_KEY_FILE": short}, code=BAD_INPUT)
                self.refused(*name, *self.words(name), env={"OYER_KEY_FILE": self.path("none")}, code=NOT_FOUND)

    def test_things_that_are_not_there(self):
        for words in (["show", "ex-00000"], ["show", "Nobody"], ["log", "show", "cl-1"], ["passage", "add", "ex-00000", "--quote", "x"], ["claim", "add", *ADD["claim"]], ["finding", "add", *ADD["finding"]], ["reply", "add", *ADD["reply"]], ["weigh", "F9"],
                      ["add", self.path("none"), "--source", "S"], ["add", self.path("file.csv"), "--source", "Nobody"], ["link", "--exhibit", "none.csv"], ["verify", self.path("none")], ["link", self.path("none.csv")], ["names", "match", self.path("none"), self.path("none")], ["claim", "import", self.path("none")]):
            with self.subTest(words):
                self.refused(*words, code=NOT_FOUND)

    def test_near_misses_are_suggested_and_ambiguity_is_told(self):
        self.source("WITNESS-1")
        self.assertIn("Did you mean “WITNESS-1”", self.refused("show", "WITNES-1", code=NOT_FOUND))
        for number in range(40):
            self.source("N%d" % number)
        first = sorted(item["full_id"] for item in self.items("ls", "sources"))
        shared = next(a[:4] for a, b in zip(first, first[1:]) if a[:4] == b[:4])
        self.assertIn("several", self.refused("show", shared, code=USAGE))

    def test_wrong_values(self):
        for words, code in ((["source", "add", "--label", "X", "--kind", "spy"], BAD_INPUT), (["mandate", "add", "--instrument", "i", "--question", "q", "--territory", "t", "--period", "yesterday", "--standard", "s"], BAD_INPUT),
                            (["measure", "add", "--body", "HRC", "--symbol", "X", "--date", "2014-03-28", "--mode", "vote", "--yes", "40", "--no", "6", "--abstain", "11", "--text", "x", "--source", "y"], BAD_INPUT),
                            (["measure", "add", "--body", "HRC", "--symbol", "X", "--date", "2014-02-30", "--mode", "letter", "--text", "x", "--source", "y"], BAD_INPUT), (["policy", "add", "--name", "p", "--min-roots", "many"], USAGE), (["source", "add", "--label", "S", "--kind", "press"], BAD_INPUT),
                            (["source", "add", "--label", "X" * 70000, "--kind", "press"], BAD_INPUT), (["ls", "unicorns"], USAGE), (["search", "!!"], USAGE), (["report", "build"], FAILED), (["claim", "import", self.path("file.csv")], BAD_INPUT), (["link", self.path("file.csv")], BAD_INPUT)):
            with self.subTest(words[:3]):
                self.refused(*words, code=code)

    def test_usage(self):
        for words in ([], ["frobnicate"], ["show"], ["source", "add"], ["source"], ["add", "--nonsense"], ["search", "x", "--limit"]):
            with self.subTest(words):
                self.refused(*words, code=USAGE)

    def test_full_disk(self):
        """A file system of 3 MB that fills while files come in: told, and everything acknowledged is there once there is room."""
        small = self.path("small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small], stderr=subprocess.DEVNULL, check=False).returncode:
            print("SKIPPED, LOUDLY: no file system can be mounted here, so the full disk is not tested.", file=sys.stderr)
            self.skipTest("no mount")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", small], check=False))
        case = os.path.join(small, "case")
        self.raw([OYER, "init", case, "--title", "small"], DONE)
        self.run_oyer("source", "add", "--label", "S", "--kind", "press", case=case)
        for number in range(60):
            self.write("many/%02d.txt" % number, "%d " % number + os.urandom(40000).hex())
        done = self.run_oyer("add", self.path("many"), "--source", "S", "--jsonl", case=case, code=DAMAGED)
        self.assertRegex(self.sentence(done), "space|disk|Disk")
        acknowledged = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        acknowledged = [item for item in acknowledged if "full_id" in item]
        self.assertTrue(acknowledged)
        # Room again: the case is whole, and the same command goes on.
        self.raw(["mount", "-o", "remount,size=64m", small], DONE)
        for item in acknowledged:
            self.run_oyer("show", item["full_id"], case=case)
        self.run_oyer("add", self.path("many"), "--source", "S", case=case, code=DONE)
        self.whole(case=case)
        self.assertEqual(len(self.items("ls", "exhibits", case=case)), 60)

    def test_interrupted(self):
        for number in range(40):
            self.write("many/%02d.html" % number, "<p>number %d</p>" % number)
        child = self.start(self.command("add", self.path("many"), "--source", "S", "--jsonl"))
        first = child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        if child.returncode == 0:
            self.skipTest("it was faster than the interrupt")
        self.assertEqual(child.returncode, 130)
        self.assertIn("run the same command again", err.decode())
        lines = [json.loads(line) for line in (first + out).decode().splitlines() if line.startswith("{") and line.endswith("}")]
        for item in lines:
            if "full_id" in item:
                self.run_oyer("show", item["full_id"])
        self.run_oyer("add", self.path("many"), "--source", "S")
        self.assertEqual(len(self.items("ls", "exhibits")), 40)
        self.whole()

    def test_two_writers(self):
        holder = self.start(self.command("serve", "--listen", "127.0.0.1:%d" % free_port()))
        for _ in range(100):
            if os.path.exists(os.path.join(self.case, "state/serve.sock")):
                break
            time.sleep(0.05)
        os.rename(os.path.join(self.case, "state/serve.sock"), self.path("hidden.sock"))
        self.refused("source", "add", "--label", "T", "--kind", "press", code=REFUSED)
        holder.terminate()


if __name__ == "__main__":
    unittest.main()
