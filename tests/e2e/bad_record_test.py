# SPDX-License-Identifier: GPL-3.0-or-later
"""A record that was cut, mixed up, moved or put on a bad disk: a sentence that says what to do, the right exit code, and nothing is lost."""
import resource
import shutil
import unittest

from support import *

WRITE = ("source", "add", "--label", "W", "--kind", "press")


class BadRecordTest(Case):
    def setUp(self):
        super().setUp()
        self.source("S", kind="press")
        self.large = self.write("in/large.bin", bytes(range(256)) * 400)
        self.json("add", self.path("in"), "--source", "S", code=(DONE, BAD_INPUT))
        self.here = {row["full_id"] for row in self.items("ls")}

    def copy(self, name="copy"):
        case = self.path(name)
        shutil.rmtree(case, ignore_errors=True)
        shutil.copytree(self.case, case, symlinks=True)
        return case

    def spoilt(self, *parts):
        """A copy of the case, the file in it, and the same file in the whole one."""
        case = self.copy()
        return case, os.path.join(case, *parts), os.path.join(self.case, *parts)

    def told(self, case, path, whole):
        """`verify` tells it, a writer refuses; after the file is restored all is whole and goes on."""
        self.raw(self.command("verify", case=case), (FAILED, DAMAGED))
        said = self.refused(*WRITE, code=DAMAGED, case=case)
        self.assertRegex(said, r"[Rr]estore|verify", "it does not say what to do")
        if os.path.islink(path) or os.path.isfile(path):
            os.remove(path)
        shutil.copy2(whole, path)
        self.whole(case=case)
        self.assertEqual({row["full_id"] for row in self.items("ls", case=case)}, self.here)
        self.json(*WRITE, case=case)
        self.whole(case=case)

    def test_write_ahead_file_cut_below_the_checkpoint(self):
        size = os.path.getsize(self.path("case", "journal", "wal"))
        for length in (0, 10, 24, 60, size // 2, size - 1):
            with self.subTest(length=length):
                case, path, whole = self.spoilt("journal", "wal")
                os.truncate(path, length)
                self.told(case, path, whole)

    def test_write_ahead_file_with_a_torn_end_above_the_checkpoint(self):
        case, path, _ = self.spoilt("journal", "wal")
        with open(path, "ab") as out:
            out.write(b"OYWB" + bytes(7))
        self.assertNotEqual(self.raw(self.command("verify", case=case)).returncode, DONE, "a torn end is told while it stands")
        self.assertEqual({row["full_id"] for row in self.items("ls", case=case)}, self.here)
        self.json(*WRITE, case=case)  # the writer cuts what was never acknowledged
        self.whole(case=case)

    def test_checkpoint_of_another_case_or_none(self):
        other = self.path("other")
        self.make_case_at(other)
        for bring in (os.path.join(other, "journal", "checkpoint"), None):
            with self.subTest(bring=bring):
                case, path, whole = self.spoilt("journal", "checkpoint")
                os.remove(path)
                if bring:
                    shutil.copy2(bring, path)
                self.told(case, path, whole)

    def make_case_at(self, case):
        self.raw([OYER, "init", case, "--title", "Another"], DONE)

    def test_missing_tile_and_bundle(self):
        for folder in ("0", "entries"):
            case = self.copy()
            gone = [os.path.join(at, name) for at, _, names in os.walk(os.path.join(case, "journal", "tile", folder)) for name in names]
            self.assertTrue(gone)
            for path in gone:
                os.remove(path)
            with self.subTest(folder):
                done = self.raw(self.command("verify", case=case), (FAILED, DAMAGED))
                self.assertIn("is missing", done.stdout + done.stderr)
                # Partial ones above the write-ahead file's first entry are derived: the next writer makes them anew.
                self.json(*WRITE, case=case)
                self.whole(case=case)

    def test_symbolic_link_in_place_of_a_file(self):
        name = next(os.path.join(at, n) for at, _, names in os.walk(os.path.join(self.case, "blobs")) for n in names if len(n) == 64)
        for parts in (("journal", "wal"), ("blobs", "packs", "000001.pack"), (os.path.relpath(name, self.case),)):
            with self.subTest(parts):
                case, path, whole = self.spoilt(*parts)
                os.rename(path, path + ".elsewhere")
                os.rename(path + ".elsewhere", self.path("elsewhere"))
                os.symlink(self.path("elsewhere"), path)
                done = self.raw(self.command("verify", case=case), (FAILED, DAMAGED))
                self.assertIn("symbolic link", done.stdout + done.stderr)
                os.remove(path)
                shutil.copy2(whole, path)
                self.whole(case=case)

    def test_two_processes_at_once(self):
        children = [self.start(self.command("source", "add", "--label", "P%d" % number, "--kind", "person", "--json")) for number in range(8)]
        made = set()
        for child in children:
            out, err = child.communicate(timeout=60)
            self.assertIn(child.returncode, (DONE, REFUSED), err)
            if child.returncode == DONE:
                made.add(json.loads(out)["full_id"])
            else:
                self.assertIn(b"Another process is writing", err)
        self.assertTrue(made)
        self.assertEqual({row["full_id"] for row in self.items("ls")}, self.here | made)
        self.whole()

    def test_file_size_limit_anywhere(self):
        for limit in (100, 1000, 5000, 20000, 60000):
            with self.subTest(limit=limit):
                case = self.copy()
                limited = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                done = self.raw(self.command(*WRITE, "--json", case=case), preexec_fn=limited)
                self.assertIn(done.returncode, (DONE, DAMAGED), done.stderr)
                if done.returncode != DONE:
                    self.sentence(done)
                self.whole(case=case)
                self.assertEqual(self.here - {row["full_id"] for row in self.items("ls", case=case)}, set())
                self.run_oyer(*WRITE, case=case, code=(DONE, BAD_INPUT))
                self.whole(case=case)

    def test_clock_that_runs_backward(self):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            loudly("no C compiler, so the clock can't be set")
            self.skipTest("no C compiler")
        source = self.write("clock.c", "#include <time.h>\ntime_t time(time_t *t) { if (t) *t = 1000000000; return 1000000000; }\n")
        self.raw([compiler, "-shared", "-fPIC", "-o", self.path("clock.so"), source], DONE)
        answer = self.json(*WRITE, env={"LD_PRELOAD": self.path("clock.so")})
        self.assertTrue(answer["time"].startswith("2001-09-09"), answer["time"])
        self.assertIn("earlier time", json.dumps(self.whole()["notes"]))
        self.json("source", "add", "--label", "LATER", "--kind", "press")
        self.whole()

    def test_state_and_derived_are_missing_or_files(self):
        for folder in ("state", "derived"):
            with self.subTest(folder):
                case = self.copy()
                shutil.rmtree(os.path.join(case, folder))
                self.whole(case=case)
                self.json(*WRITE, case=case)
                self.whole(case=case)
                case = self.copy()
                shutil.rmtree(os.path.join(case, folder))
                with open(os.path.join(case, folder), "w"):
                    pass
                done = self.raw(self.command(*WRITE, case=case))
                if done.returncode != DONE:
                    self.assertIn(done.returncode, (NOT_FOUND, REFUSED, DAMAGED))
                    self.sentence(done)
                os.remove(os.path.join(case, folder))
                os.mkdir(os.path.join(case, folder))
                self.whole(case=case)


if __name__ == "__main__":
    unittest.main()
