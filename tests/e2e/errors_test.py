# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command, wrong in every way that people and disks are wrong: the exit code of COMMANDS.md and a sentence that says what to do."""
import ctypes
import random
import resource
import shutil
import time
import unittest

from support import *

# Commands that need no case, and those that answer for a locked one.
CASELESS = {"init", "completion", "link", "names match", "witness new", "witness trust", "witness serve", "tsa new", "tsa serve"}
PATIENT = {"fsck", "status", "verify", "rebuild", "log list", "log prove"}
# What an option or a place takes when no better value is known, so that commands of tomorrow are called too.
VALUES = {"--label": "LABEL-%d", "--kind": "person", "--title": "T", "--source": "S", "--from": "R", "--how": "copied", "--text": "A text.", "--by": "S", "--position": "document", "--on": "@passage", "--target": "S", "--to": "@claim",
          "--scale": "admiralty", "--reliability": "B", "--reason": "Because.", "--name": "N", "--min-roots": "2", "--instrument": "R/1", "--question": "Was it?", "--territory": "There", "--period": "2006..2011", "--standard": "reasonable grounds",
          "--claim": "@claim", "--body": "HRC", "--symbol": "S/1", "--date": "2014-03-28", "--mode": "letter", "--number": "1", "--use": "quotation", "--key": "A" * 43, "-o,--output": "@new", "--output": "@new",
          "PATH": "@file", "DIR": "@new", "ID": "@claim", "EXHIBIT": "@exhibit", "FILE": "@table", "LEFT": "@file", "RIGHT": "@file", "QUERY": "words", "SHELL": "bash", "FINDING": "F1", "NAME": "n", "LOG": "log.oyer.invalid/x+fb2f4d52+AQ"}
# Names in a policy are short; a witness is where there is one.
KINDS = {"reply add": {"--kind": "denial"}, "measure add": {}, "log prove": {}, "custody": {"ID": "@exhibit"}, "custody add": {"--event": "examined"}, "witness new": {"--name": "witness.invalid/n"}}


class ErrorsTest(Case):
    def setUp(self):
        super().setUp()
        self.source("S", kind="press")
        self.source("R", kind="press")
        self.there = {"@new": self.path("new"), "@file": self.write("file.txt", "A plain line of words.\n"), "@table": self.write("table.csv", "label,kind\nX,person\n")}
        self.there["@exhibit"] = self.exhibit("e.txt", "A first line.\nA second line.\n", "S")["id"]
        self.there["@passage"] = self.passage(self.there["@exhibit"], "A first line.")
        self.there["@claim"] = self.claim("Something.", "S", self.there["@passage"])
        self.json("policy", "add", "--name", "one", "--min-roots", "1")
        self.json("finding", "add", "--label", "F1", "--text", "So it was.", "--claim", self.there["@claim"])
        self.count = 0

    def value(self, command, name):
        value = KINDS.get(command.name(), {}).get(name, VALUES.get(name, "x"))
        self.count += 1
        value = value % self.count if "%d" in value else value
        if value == "@new":
            return self.path("new-%d" % self.count)
        return self.there.get(value, value)

    def words(self, command, **instead):
        """A call that is right, by what the command's help says that it requires."""
        words = list(command.words)
        for name, required in command.positionals:
            if required or command.name() in ("link", "log prove", "custody"):
                words.append(instead.get(name, self.value(command, name)))
        for names in command.required:
            name = names[-1]
            words += [name, instead.get(name, self.value(command, name))]
        if command.name() == "passage add":
            words += ["--quote", instead.get("--quote", "A second line.")]
        return words

    def table(self, leave=()):
        return [c for c in self.command_table() if c.name() not in leave]

    def both_ways(self, words, code, case=None, **options):
        """As people see it, and with --json a document beside the sentence."""
        said = self.refused(*words, code=code, case=case, **options)
        done = self.run_oyer(*words, "--json", code=code, case=case, **options)
        value = json.loads(done.stdout)
        self.assertEqual(value["error"]["code"], done.returncode)
        self.assertTrue(value["error"]["message"])
        self.assertIn(value["error"]["message"], done.stderr)
        return said

    # -- the case

    def test_no_case(self):
        for command in self.table(CASELESS):
            if command.name() == "verify":
                continue  # it takes a path, below
            with self.subTest(command.name()):
                said = self.both_ways(self.words(command), NOT_FOUND, case=self.path("no-case"))
                self.assertIn("-C", said)
        for words in (("verify", self.path("no-case")), ("verify", self.path("table.csv"))):
            self.both_ways(words, (NOT_FOUND, BAD_INPUT))
        # Nor a case that is none, or is from the future, or damaged.
        broken = self.path("broken")
        shutil.copytree(self.case, broken)
        for content, code in ((b"version = 2\n", BAD_INPUT), (b"", BAD_INPUT), (b"version = 1\nid = \"x\"\nbackend = \"embedded\"\n", DAMAGED), (os.urandom(300), BAD_INPUT)):
            with open(broken + "/case.toml", "wb") as out:
                out.write(content)
            for words in (("status",), ("ls",), ("verify",), ("source", "add", "--label", "Z", "--kind", "person")):
                self.both_ways(words, code, case=broken)

    def test_parts_of_the_store_are_gone(self):
        for gone in ("journal/wal", "journal/log.vkey", "journal/checkpoint", "vault/headers-a", "vault/compartments/base.age", "vault/custodians", "vault/log.age", "blobs/packs", "journal", "vault", "blobs"):
            broken = self.path("gone")
            shutil.rmtree(broken, ignore_errors=True)
            shutil.copytree(self.case, broken)
            path = os.path.join(broken, gone)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
            # First, before a writer could sign anew what is there. The second copy of the headers is there for its loss.
            code = self.raw(self.command("verify", case=broken)).returncode
            if gone != "vault/log.age":
                self.assertNotEqual(code, DONE, gone + " is gone, and verify says that all is whole")
            for words in (("status",), ("verify",), ("show", "F1"), ("source", "add", "--label", "Z", "--kind", "person"), ("search", "line"), ("rebuild", "--check")):
                with self.subTest(gone, words=words):
                    done = self.raw(self.command(*words, case=broken))
                    self.assertIn(done.returncode, (DONE, FAILED, NOT_FOUND, REFUSED, DAMAGED))
                    if done.returncode not in (DONE, FAILED):
                        self.sentence(done)

    # -- keys

    def test_wrong_key(self):
        other = self.write("other-key", os.urandom(32))
        for command in self.table(CASELESS | {"lock", "key new", "fsck"}):  # fsck looks at no key
            with self.subTest(command.name()):
                self.both_ways(self.words(command) + ["--key-file", other], REFUSED)
        self.both_ways(("key", "new", "--key-file", other), BAD_INPUT)
        for path, code in ((self.path("no-key"), NOT_FOUND), (self.there["@file"], BAD_INPUT), (self.home, BAD_INPUT)):
            for words in (("ls",), ("unlock",), ("init", self.path("other"), "--title", "T")):
                self.both_ways(words + ("--key-file", path), code)

    def test_locked(self):
        for command in self.table(CASELESS | PATIENT | {"lock", "key new", "unlock"}):
            with self.subTest(command.name()):
                said = self.both_ways(self.words(command), REFUSED, env={"OYER_KEY_FILE": None})
                self.assertIn("--key-file", said)

    # -- words

    def test_wrong_words(self):
        for command in self.table():
            with self.subTest(command.name()):
                self.both_ways(self.words(command) + ["--no-such-option"], USAGE)
                if command.required or any(required for _, required in command.positionals):
                    self.both_ways(command.words, USAGE)
                takes = [name for name, has_value in command.options.items() if has_value and name.startswith("--")]
                if takes:
                    self.both_ways(self.words(command) + [takes[-1]], USAGE)
        for words in (("no-such",), ("source", "no-such"), ()):
            self.both_ways(words, USAGE)

    def test_wrong_values(self):
        exhibit, passage = self.there["@exhibit"], self.there["@passage"]
        claim = ("claim", "add", "--text", "T.", "--by", "S", "--on", passage)
        for words, codes in (
                (("search", "word", "--limit", "many"), (USAGE,)), (("search", "word", "--limit", "-1"), (USAGE,)), (("search", "word", "--limit", "9" * 30), (USAGE,)), (("search", ""), (USAGE,)), (("search", "***"), (USAGE,)),
                (("source", "add", "--label", "Z", "--kind", "ghost"), (USAGE, BAD_INPUT)), (("source", "add", "--label", "S", "--kind", "press"), (USAGE, BAD_INPUT)), (("source", "add", "--label", "", "--kind", "press"), (USAGE, BAD_INPUT)),
                (claim + ("--position", "bystander"), (USAGE, BAD_INPUT)), (claim + ("--position", "victim", "--when", "yesterday"), (USAGE, BAD_INPUT)), (claim + ("--position", "victim", "--when", "2008-13"), (USAGE, BAD_INPUT)),
                (claim + ("--position", "victim", "--when", "2009..2008"), (USAGE, BAD_INPUT)), (("claim", "add", "--text", "T.", "--by", "S", "--position", "victim", "--on", passage + ":loves"), (USAGE, BAD_INPUT)),
                (("passage", "add", exhibit), (USAGE,)), (("passage", "add", exhibit, "--span", "5"), (USAGE,)), (("passage", "add", exhibit, "--span", "9-4"), (USAGE, NOT_FOUND)), (("passage", "add", exhibit, "--box", "1,2"), (USAGE,)), (("passage", "add", exhibit, "--quote", "line."), (USAGE,)),
                (("passage", "add", exhibit, "--quote", "not in it at all"), (NOT_FOUND,)), (("passage", "add", exhibit, "--page", "99", "--quote", "A first line."), (NOT_FOUND,)), (("passage", "add", exhibit, "--span", "0-99999999"), (USAGE, NOT_FOUND)),
                (("measure", "add", "--body", "HRC", "--symbol", "X", "--date", "2014-03-28", "--mode", "vote", "--text", "T", "--source", "S"), (USAGE, BAD_INPUT)), (("measure", "add", "--body", "HRC", "--symbol", "X", "--date", "28.3.2014", "--mode", "letter", "--text", "T", "--source", "S"), (USAGE, BAD_INPUT)),
                (("policy", "add", "--name", "p", "--min-roots", "two"), (USAGE,)), (("key", "enrol", "--name", "n", "--key", "short"), (USAGE,)), (("ls", "unicorns"), (USAGE,)), (("log", "prove"), (USAGE, NOT_FOUND)), (("log", "prove", "--index", "999999"), (NOT_FOUND,)),
                (("unlock", "--minutes", "0"), (USAGE,)), (("serve", "--listen", "nowhere"), (USAGE,)), (("serve", "--listen", "127.0.0.1:99999"), (USAGE,)), (("serve", "--listen", "0.0.0.0:8750"), (REFUSED,)), (("completion", "tcsh"), (USAGE,)),
                (("init", self.path("c2"), "--title", "T", "--kind", "war"), (USAGE,)), (("init", self.path("c2"), "--title", "T", "--custodian", "../x"), (USAGE,)), (("init", self.path("c2"), "--title", "T", "--custodian", ""), (USAGE, DONE)), (("rebuild", "--check", "--tier", "secret"), (USAGE,)),
                (("source", "add", "--label", "Q", "--kind", "press", "--tier", "secret"), (USAGE, BAD_INPUT)), (("add", self.there["@file"], "--source", "S", "--tier", "opne"), (USAGE, BAD_INPUT)), (("consent", "add", "--source", "S", "--use", "profit"), (USAGE, BAD_INPUT)),
                (("consent", "add", "--source", "S", "--use", "public", "--until", "soon"), (USAGE, BAD_INPUT)), (("finding", "add", "--label", "F9", "--text", "T.", "--claim", passage), (NOT_FOUND, USAGE)), (("names", "match", self.there["@file"], self.there["@file"], "--top", "x"), (USAGE,))):
            with self.subTest(words):
                if DONE in codes:
                    self.run_oyer(*words, code=codes)
                    continue
                self.both_ways(words, codes)
        self.assertFalse(os.path.exists(self.path("c2/case.toml")) and not os.path.isdir(self.path("c2/journal")))

    def test_bytes_that_are_no_text(self):
        for words in ((b"source", b"add", b"--label", b"\xff\xfe", b"--kind", b"press"), (b"search", b"\xc3\x28"), (b"show", b"\xff"), (b"ls", b"\x80"), (b"add", b"/tmp/\xff-none", b"--source", b"S")):
            with self.subTest(words):
                done = self.raw([OYER.encode(), b"-C", self.case.encode()] + list(words))
                self.assertNotEqual(done.returncode, DONE)
                self.sentence(done)
        self.whole()

    def test_bad_and_ambiguous_ids(self):
        for command in self.table(CASELESS | {"add", "verify"}):
            for names, wanted in (([n for n, _ in command.positionals if n in ("ID", "EXHIBIT", "FINDING")], "nothing-of-this-name"), ([n[-1] for n in command.required if n[-1] in ("--source", "--by", "--on", "--target", "--to", "--claim", "--from")], "zz-00000")):
                for name in names:
                    if command.name() in ("measure add", "key revoke", "custody add") and name not in ("EXHIBIT",) or (command.name() == "source add"):
                        continue  # there --source and --by are words, not ids
                    with self.subTest(command.name(), option=name):
                        words = self.words(command, **{name: wanted})
                        if name == "FINDING" and wanted not in words:
                            words.append(wanted)
                        self.both_ways(words, NOT_FOUND)
        for number in range(40):  # 33 sources have two that begin alike
            self.run_oyer("source", "add", "--label", "many-%d" % number, "--kind", "press")
        firsts = [row["full_id"][:4] for row in self.items("ls", "sources")]
        twice = next(f for f in firsts if firsts.count(f) > 1)
        for words in (("show", twice), ("source", "show", twice), ("grade", "add", "--target", twice, "--scale", "admiralty", "--reason", "R.")):
            self.assertIn("several", self.both_ways(words, USAGE))

    # -- files

    def test_files(self):
        nothing, folder, noise = self.path("nothing"), self.home, self.write("noise", random.Random(1).randbytes(3000))
        for command in self.table({"init", "report build", "dossier"}):
            for name in [n for n, _ in command.positionals if n in ("FILE", "LEFT", "RIGHT", "PATH")]:
                for path, codes in ((nothing, (NOT_FOUND,)), (folder, (BAD_INPUT, NOT_FOUND)), (noise, (BAD_INPUT, NOT_FOUND, DONE)), (self.write("hollow", b""), (BAD_INPUT, NOT_FOUND, DONE)), (nothing + "/" + "x" * 300, (NOT_FOUND, DAMAGED))):
                    if command.name() == "add" and path == folder:
                        continue  # that is what it is for
                    with self.subTest(command.name(), place=name, path=os.path.basename(path)):
                        words = self.words(command, **{name: path})
                        if name == "PATH" and command.name() == "verify":
                            words.append(path)
                        done = self.run_oyer(*words, code=codes)
                        if done.returncode != DONE and not (command.name().endswith("import") and "left out" in done.stdout) and command.name() != "add":
                            self.both_ways(words, codes)
        for name, content in (("only-header.csv", "label,kind\n"), ("ragged.csv", "label,kind\na\nb,person,more\n"), ("quote.csv", "label,kind\n\"open,person\n"), ("odd.csv", "label,kind,colour\nX,person,red\n"), ("ids.csv", "label,text,claims\nF2,T.,cl-00000\n"),
                              ("latin1.csv", b"label,kind\n\xe9\xe8,person\n"), ("long.csv", "label,kind\n" + "x" * 70000 + ",person\n"), ("many.csv", ",".join("c%d" % i for i in range(3000)) + "\n" + "," * 2999 + "\n")):
            path = self.write(name, content)
            for noun in ("source", "finding", "measure", "claim", "reply", "consent", "mandate", "derivation", "grade"):
                with self.subTest(name, noun=noun):
                    done = self.run_oyer(noun, "import", path, code=(DONE, BAD_INPUT, USAGE, NOT_FOUND))
                    if done.returncode != DONE and not done.stdout:
                        self.sentence(done)
        self.whole()

    def test_a_line_too_long_for_an_entry(self):
        self.both_ways(("source", "add", "--label", "LONG", "--kind", "press", "--note", "x" * 70000), (BAD_INPUT, USAGE))
        self.whole()

    # -- the disk

    def mounted(self, size="2m"):
        folder = self.path("small")
        os.makedirs(folder, exist_ok=True)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, b"size=" + size.encode()) != 0:
            loudly("no small file system can be mounted here (%s)" % os.strerror(ctypes.get_errno()))
            self.skipTest("no mount")
        self.addCleanup(lambda: libc.umount2(folder.encode(), 2))
        return folder, libc

    @staticmethod
    def fill(folder):
        out = os.open(folder + "/filler", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(out, b"x" * 4096)
        except OSError:
            os.close(out)

    WRITERS = (("source", "add", "--label", "W%d", "--kind", "press"), ("passage", "add", "@exhibit", "--quote", "A second line."), ("grade", "add", "--target", "S", "--scale", "admiralty", "--reason", "R."), ("consent", "add", "--source", "S", "--use", "public"))
    READERS = (("status",), ("ls",), ("show", "S"), ("weigh",), ("search", "line"), ("verify",), ("rebuild", "--check"), ("log", "list"))

    def at(self, words, number=0):
        return [self.there.get(w, w % number if "%d" in w else w) for w in words]

    def test_full_disk(self):
        folder, _ = self.mounted()
        case = folder + "/case"
        shutil.copytree(self.case, case)
        acknowledged = [row["full_id"] for row in self.items("ls", case=case)]
        big = self.write("big.bin", os.urandom(3000000))
        self.both_ways(("add", big, "--source", "S"), DAMAGED, case=case)
        self.fill(folder)
        for number, words in enumerate(self.WRITERS):
            with self.subTest(words):
                for _ in range(60):  # until the last page is full
                    done = self.raw(self.command(*self.at(words, random.randrange(10 ** 9)), case=case))
                    if done.returncode != DONE:
                        break
                self.assertEqual(done.returncode, DAMAGED, done.stderr)
                self.sentence(done)
        self.run_oyer("init", folder + "/second", "--title", "T", code=DAMAGED)
        self.run_oyer("report", "build", "-o", folder + "/report", case=case, code=DAMAGED)
        self.run_oyer("dossier", "-o", folder + "/bag", case=case, code=DAMAGED)
        # What was acknowledged is there, and after space was made all goes on.
        os.remove(folder + "/filler")
        shutil.rmtree(folder + "/second", ignore_errors=True)
        shutil.rmtree(folder + "/bag", ignore_errors=True)
        self.whole(case=case)
        self.rebuilt_equal(case=case)
        self.assertEqual(set(acknowledged) - {row["full_id"] for row in self.items("ls", case=case)}, set())
        self.json("source", "add", "--label", "AFTER", "--kind", "press", case=case)
        self.whole(case=case)

    def test_full_disk_while_reading(self):
        folder, _ = self.mounted()
        case = folder + "/case"
        shutil.copytree(self.case, case)
        self.fill(folder)
        for words in self.READERS:
            with self.subTest(words):
                self.raw(self.command(*words, case=case))
                done = self.run_oyer(*words, case=case, code=(DONE, DAMAGED))
                if done.returncode:
                    self.sentence(done)

    def test_read_only_medium(self):
        folder, libc = self.mounted("8m")
        case = folder + "/case"
        shutil.copytree(self.case, case)
        if libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 33, b"") != 0:  # MS_REMOUNT | MS_RDONLY
            self.skipTest("no remount")
        for words in self.WRITERS:
            with self.subTest(words):
                self.both_ways(self.at(words, 1), (DAMAGED, REFUSED), case=case)
        self.both_ways(("add", self.there["@file"], "--source", "S"), (DAMAGED, REFUSED), case=case)
        self.both_ways(("init", folder + "/new", "--title", "T"), (DAMAGED, REFUSED))
        for words in self.READERS:
            with self.subTest(words):
                self.run_oyer(*words, case=case, code=DONE)

    def test_file_size_limit(self):
        limited = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)))
        big = self.write("larger.txt", "words " * 50000)
        done = self.run_oyer("add", big, "--source", "S", code=DAMAGED, preexec_fn=limited)
        self.sentence(done)
        self.whole()
        self.json("add", big, "--source", "S")
        self.whole()

    def test_answer_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            child = subprocess.run(self.command("ls", "--json"), stdout=full, stderr=subprocess.PIPE, env=self.environment, stdin=subprocess.DEVNULL)
        self.assertEqual(child.returncode, DAMAGED)
        self.assertIn(b"oyer: ", child.stderr)

    def test_interrupted(self):
        for number in range(400):
            self.write("in/%03d.html" % number, "<p>%d %s</p>" % (number, "word " * 500))
        child = self.start(self.command("add", self.path("in"), "--source", "S", "--jsonl"))
        first = child.stdout.readline()
        time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
        self.assertEqual(child.returncode, INTERRUPTED, err)
        self.assertIn("again", self.sentence(subprocess.CompletedProcess(child.args, child.returncode, "", err.decode())))
        acknowledged = {json.loads(line)["full_id"] for line in (first + out).split(b"\n")[:-1] if line}
        self.assertEqual(acknowledged - {row["full_id"] for row in self.items("ls", "exhibits")}, set())
        self.whole()
        answer = self.json("add", self.path("in"), "--source", "S")
        self.assertEqual(len(self.items("ls", "exhibits")), 401)
        self.assertGreaterEqual(answer["counts"]["already-held"], len(acknowledged))

    def test_two_writers(self):
        for number in range(300):
            self.write("in/%03d.txt" % number, "line %d\n" % number)
        child = self.start(self.command("add", self.path("in"), "--source", "S", "--jsonl"))
        child.stdout.readline()
        done = self.raw(self.command("source", "add", "--label", "MEANWHILE", "--kind", "press"))
        if child.poll() is None:
            self.assertEqual(done.returncode, REFUSED)
            self.assertIn("writing", self.sentence(done))
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, DONE)
        self.whole()


if __name__ == "__main__":
    unittest.main()
