# SPDX-License-Identifier: GPL-3.0-or-later
"""A dossier under attack: two programs that share no code judge each spoilt bag, and must agree that it is spoilt."""
import contextlib
import importlib.util
import io
import random
import shutil
import unittest

from support import *

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import make_bag  # noqa: E402

TRIES = 10000 if LONG else 300


def load_verify():
    spec = importlib.util.spec_from_file_location("recipient_verify", VERIFY_PY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class DossierTest(Case):
    def setUp(self):
        super().setUp()
        self.verify_py = load_verify()

    def make_dossier(self):
        self.source("PAPER", kind="press")
        self.source("W-01", kind="person")
        claims = []
        for number in range(3):
            exhibit = self.exhibit("p%d.txt" % number, "Article %d says that the mill was a prison. 감옥.\n" % number, "PAPER")["id"]
            claims += ["--claim", self.claim("The mill was a prison.", "PAPER", self.passage(exhibit, "the mill was a prison"))]
        self.exhibit("w.txt", "A witness who consented to nothing.\n", "W-01")
        open_one = self.exhibit("public.txt", "A public letter.\n", "PAPER", "--tier", "open")["id"]
        claims += ["--claim", self.claim("A letter is public.", "PAPER", self.passage(open_one, "public letter"))]
        self.json("policy", "add", "--name", "one", "--min-roots", "1")
        self.json("finding", "add", "--label", "F1", "--text", "The mill was a prison.", *claims)
        self.run_oyer("report", "build", "-o", self.path("out"))
        bag = self.path("bag")
        self.json("dossier", "-o", bag, "--recipient", "A court")
        return bag

    # -- the two judges; verify.py in this process, for speed (verify_py_test.py runs it as a program)

    def ours(self, bag, *more):
        done = self.raw([OYER_VERIFY, bag] + list(more))
        self.assertIn(done.returncode, (0, 1, 4), done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    def theirs(self, bag, *more):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                code = self.verify_py.main([bag] + list(more))
            except SystemExit as stop:
                code = stop.code
        return code, out.getvalue()

    def agree(self, bag, what, wanted, *more):
        ours, theirs = self.ours(bag, *more), self.theirs(bag, *more)
        self.assertEqual((ours[0] == 0, theirs[0] == 0), (wanted == 0, wanted == 0), "%s\noyer-verify (%d): %s\nverify.py (%d): %s" % (what, ours[0], ours[1][-1500:], theirs[0], theirs[1][-1500:]))
        return ours[0], theirs[0]

    def test_random_damage(self):
        good = self.make_dossier()
        self.agree(good, "untouched", 0)
        seed = int(os.environ.get("OYER_E2E_SEED", "0")) or random.randrange(1, 10 ** 6)
        chance = random.Random(seed)
        files = sorted(os.path.relpath(os.path.join(at, n), good) for at, _, names in os.walk(good) for n in names)
        originals = {name: self.read(good, name) for name in files}
        bag = self.path("spoilt")
        shutil.copytree(good, bag)
        disagreements = []
        for number in range(TRIES):
            undo, what, remake = self.spoil(bag, originals, chance)
            if remake:
                make_bag.write_manifests(bag)
            same = remake and all(self.read(bag, n) == c for n, c in originals.items() if os.path.exists(os.path.join(bag, n))) and len(undo) == 0
            ours, theirs = self.ours(bag), self.theirs(bag)
            # Whoever writes the manifests anew may change what no signature covers: then both accept, and the format page says so.
            free = remake and all(n.startswith(("metadata/", "load/", "VERIFY.txt", "verify.py", "bag-info.txt")) for n in undo)
            # The policy is under no signature; oyer-verify knows one form of it until witnesses exist, verify.py all of C2SP's. It errs on the safe side.
            stricter = remake and undo == ["proof/policy"] and ours[0] == 1 and theirs[0] == 0 and "lines of" in what
            if (ours[0] == 0) != (theirs[0] == 0) and not stricter or (ours[0] == 0 and not free and not same):
                disagreements.append("seed %d, try %d: %s%s\n  oyer-verify: %d %s\n  verify.py: %d %s" % (seed, number, what, ", manifests anew" if remake else "", ours[0], ours[1][-300:], theirs[0], theirs[1][-300:]))
            self.restore(bag, originals)
        self.assertEqual(disagreements, [], "\n".join(disagreements[:10]))

    def spoil(self, bag, originals, chance):
        """One random change; returns the names touched, words for it, and whether the forger writes the manifests anew."""
        remake = chance.random() < .5
        name = chance.choice([n for n in originals if not remake or "manifest" not in n])
        path = os.path.join(bag, name)
        data = bytearray(originals[name])
        how = chance.randrange(10)
        touched = [name]
        if how <= 3 and data:
            at = chance.randrange(len(data))
            data[at] ^= 1 << chance.randrange(8)
            what = "bit at %d of %s" % (at, name)
        elif how == 4:
            data = data[:chance.randrange(len(data) + 1)] if chance.random() < .5 else data + chance.choice((b"\n", b" ", b"\0", b"{}", bytes(data[:50])))
            if bytes(data) == originals[name]:
                data += b"x"
            what = "length of %s" % name
        elif how == 5:
            os.remove(path)
            return touched, "no %s" % name, remake
        elif how == 6:
            other = chance.choice(sorted(originals))
            if originals[other] == originals[name]:
                data += b"x"
            else:
                data = bytearray(originals[other])
            what = "%s holds %s" % (name, other)
        elif how == 7:
            extra = chance.choice(("data/extra.txt", "extra", "proof/0000000000000000.entry", "metadata/x.csv", "data/sub/x.txt", "tagmanifest-md5.txt", "proof/x", "load/.hidden", "fetch.txt"))
            os.makedirs(os.path.dirname(os.path.join(bag, extra)), exist_ok=True)
            with open(os.path.join(bag, extra), "wb") as out:
                out.write(bytes(data[:100]))
            return [extra], "added " + extra, remake
        elif how == 8:
            new = name[:-1] + chance.choice("0avz") if chance.random() < .5 else name.upper()
            if new == name or os.path.exists(os.path.join(bag, new)):
                new = name + "0"
            os.makedirs(os.path.dirname(os.path.join(bag, new)), exist_ok=True)
            os.rename(path, os.path.join(bag, new))
            return touched + [new], "%s renamed to %s" % (name, new), remake
        else:
            lines = bytes(data).split(b"\n")
            if len(lines) > 2:
                i, j = chance.randrange(len(lines) - 1), chance.randrange(len(lines) - 1)
                lines[i], lines[j] = lines[j], lines[i] if chance.random() < .5 else lines[j]
            data = bytearray(b"\n".join(lines))
            if bytes(data) == originals[name]:
                data += b"\n"
            what = "lines of %s" % name
        with open(path, "wb") as out:
            out.write(data)
        return touched, what, remake

    @staticmethod
    def read(bag, name):
        with open(os.path.join(bag, name), "rb") as stream:
            return stream.read()

    def restore(self, bag, originals):
        for at, below, names in os.walk(bag, topdown=False):
            for name in names:
                whole = os.path.join(at, name)
                known = originals.get(os.path.relpath(whole, bag))
                if known is None:
                    os.remove(whole)
            for name in below:
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.join(at, name))
        for name, content in originals.items():
            path = os.path.join(bag, name)
            if not os.path.exists(path) or self.read(bag, name) != content:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as out:
                    out.write(content)

    def test_structure(self):
        good = self.make_dossier()

        def link(bag):
            name = sorted(n for n in os.listdir(bag + "/data") if n.endswith(".txt"))[0]
            shutil.move(bag + "/data/" + name, self.path("elsewhere"))
            os.symlink(self.path("elsewhere"), bag + "/data/" + name)

        def pipe(bag):
            os.mkfifo(bag + "/data/pipe")

        for name, spoil in (("symlink", link), ("empty folder", lambda b: os.mkdir(b + "/data/empty")), ("fifo", pipe), ("no data", lambda b: shutil.rmtree(b + "/data")), ("no proof", lambda b: shutil.rmtree(b + "/proof")),
                            ("folder for a file", lambda b: (os.remove(b + "/bagit.txt"), os.mkdir(b + "/bagit.txt"))), ("a name of odd bytes", lambda b: open((b + "/data/").encode() + b"\xff\xfe", "wb").close()),
                            ("a name with a line feed", lambda b: open(b + "/data/a\nb", "w").close())):
            for remake in (False, True):
                with self.subTest(name, remake=remake):
                    bag = self.path("structure")
                    shutil.rmtree(bag, ignore_errors=True)
                    shutil.copytree(good, bag)
                    spoil(bag)
                    if remake and name not in ("fifo", "folder for a file", "symlink"):
                        make_bag.write_manifests(bag)
                    self.agree(bag, name, 1)
                    if os.path.exists(self.path("elsewhere")):
                        os.remove(self.path("elsewhere"))

    def test_anchor(self):
        good = self.make_dossier()
        anchor = self.write("anchor", b"log " + self.read(self.case, "journal/log.vkey").strip() + b"\nquorum none\n")
        self.agree(good, "with the log's own key", 0, "--anchor", anchor)
        self.assertIn("AUTHENTICATED", self.ours(good, "--anchor", anchor)[1])
        self.run_oyer("verify", good, "--anchor", anchor)
        # A bag made whole by a forger with another key: consistent, and refused with the anchor.
        made = make_bag.Bag()
        forged = make_bag.Bag(log_seed="forger")
        for name, bag in (("made", made), ("forged", forged)):
            os.mkdir(self.path(name))
            bag.write(self.path(name))
            self.agree(self.path(name), name, 0)
        right = self.write("right", made.policy)
        self.agree(self.path("made"), "made", 0, "--anchor", right)
        self.agree(self.path("forged"), "forged", 1, "--anchor", right)
        self.agree(good, "another log's anchor", 1, "--anchor", right)
        self.run_oyer("verify", self.path("forged"), "--anchor", right, code=FAILED)

    def test_witnesses(self):
        os.mkdir(self.path("witnessed"))
        made = make_bag.Bag(witnesses=2)
        made.write(self.path("witnessed"))
        self.agree(self.path("witnessed"), "witnessed", 0, "--anchor", self.write("anchor", made.policy))

    def test_wrong_calls(self):
        good = self.make_dossier()
        for name, more, wanted in (("no bag", [self.path("none")], 4), ("a file", [self.write("file", "x")], 4), ("option", [good, "--nonsense"], 2), ("anchor that is not there", [good, "--anchor", self.path("none")], 2),
                                   ("empty anchor", [good, "--anchor", self.write("empty", "")], 2), ("broken anchor", [good, "--anchor", self.write("broken", "log x\n")], 2)):
            with self.subTest(name):
                ours = self.raw([OYER_VERIFY] + more)
                self.assertEqual((ours.returncode, self.theirs(*more)[0]), (wanted, wanted), ours.stdout + ours.stderr)

    def test_a_folder_is_not_written_over(self):
        bag = self.make_dossier()
        before = self.read(bag, "manifest-sha256.txt")
        self.refused("dossier", "-o", bag, code=(BAD_INPUT, USAGE, REFUSED))
        self.assertEqual(self.read(bag, "manifest-sha256.txt"), before)

    def test_two_editions_share_no_id(self):
        self.make_dossier()
        self.json("dossier", "-o", self.path("second"))
        ids = [set(os.path.splitext(n)[0] for n in os.listdir(self.path(b, "data"))) for b in ("bag", "second")]
        self.assertEqual(ids[0] & ids[1], set())

    def test_what_is_withheld_is_not_in_it(self):
        bag = self.make_dossier()
        for at, _, names in os.walk(bag):
            for name in names:
                content = self.read(at, name)
                self.assertNotIn(b"consented to nothing", content)
                self.assertNotIn(b"w.txt", content, name)
        answer = self.json("dossier", "-o", self.path("again"))
        self.assertTrue(answer["withheld"])
        self.assertIn("exhibit", self.read(self.path("again"), "metadata/schedule.csv").decode())


if __name__ == "__main__":
    unittest.main()
