# SPDX-License-Identifier: GPL-3.0-or-later
"""A locked case yields no word: planted words are looked for in every file that the commands leave, in every coding."""
import base64
import pty
import select
import stat
import time
import unittest
import urllib.parse
import zipfile

from support import *

CANARIES = {"latin": "Zephyrquill", "hangul": "가온누리빛솔재", "arabic": "قنديلالسهوب", "accents": "Éblouïssant-Œuvre", "digits": "918273645546372819"}
PLANTED = ["title", "custodian", "label", "position", "note", "claim", "where", "subject", "reason", "policy", "territory", "question", "finding", "reply", "consent", "recipient", "origin", "collector", "search", "keyname", "text", "html", "csv", "eml", "filename", "transcript"]


def codings(text):
    """The bytes in which a word may lie somewhere."""
    plain = text.encode()
    out = {"utf-8": plain, "utf-16le": text.encode("utf-16-le"), "utf-16be": text.encode("utf-16-be"), "percent": urllib.parse.quote(text).encode(), "json": json.dumps(text)[1:-1].encode(), "hex": plain.hex().encode()}
    for shift in range(3):  # base64 of the word at each alignment, without the ends that depend on neighbours
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            coded = encode(b"\0" * shift + plain + b"\0\0\0")
            out["%s+%d" % (name, shift)] = coded[(0, 2, 3)[shift]:len(coded) - 5]
    out["lower"] = text.lower().encode()
    return {name: data for name, data in out.items() if len(data) >= 8}


def files_of(*folders):
    for folder in folders:
        for at, below, names in os.walk(folder):
            for name in below + names:
                yield os.path.join(at, name)


class Canaries:
    """Unique words: one per place and script, so that a leak names its way."""

    def __init__(self):
        self.words = {}

    def word(self, place):
        script = ("latin", "hangul", "arabic", "accents")[len(self.words) % 4]
        made = CANARIES[script] + ("".join(chr(ord("가") + int(c)) for c in "%03d" % len(self.words)) if script == "hangul" else "x%03dq" % len(self.words))
        return self.words.setdefault(place, made)

    def found_in(self, paths):
        needles = [(place, coding, data) for place, word in self.words.items() for coding, data in codings(word).items()]
        leaks = []
        for path in paths:
            if any(data in os.fsencode(path) for _, _, data in needles):
                leaks.append("the file name %s" % path)
            try:
                mode = os.lstat(path).st_mode
                if not stat.S_ISREG(mode):
                    continue
                with open(path, "rb") as stream:
                    content = stream.read()
            except OSError:
                continue
            leaks += ["%s (%s) in %s" % (place, coding, path) for place, coding, data in needles if data in content]
        return leaks


class SecrecyTest(Case):
    MAKE = False
    LOCKED = {"OYER_KEY_FILE": None}

    def plant(self):
        """A case that has a canary in every place into which people write, and in every sort of file."""
        self.canaries = Canaries()
        word = self.canaries.word
        options = ["--open"] if self.OPEN else ["--custodian", "custodian-one"]
        self.raw([OYER, "init", self.case, "--title", word("title")] + options, DONE)
        self.json("source", "add", "--label", word("label"), "--kind", "person", "--position", word("position"), "--note", word("note"))
        self.json("source", "add", "--label", "PRESS", "--kind", "press")
        text, html = word("text"), word("html")
        self.write("in/" + word("filename") + ".txt", "It was %s who said so.\n" % text)
        self.write("in/page.html", "<html><body><h1>%s</h1><p>text</p></body></html>" % html)
        self.write("in/list.csv", "name,year\n%s,1999\n" % word("csv"))
        self.write("in/utf16.txt", ("\ufeffA line with %s in it.\r\n" % word("utf16")).encode("utf-16-le"))
        self.write("in/mail.eml", ("From: a@example.org\r\nSubject: s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n" % base64.b64encode(("A letter of %s here.\n" % word("eml")).encode()).decode()))
        self.write("in/hearing.wav", b"RIFF" + (36 + 800).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data" + (800).to_bytes(4, "little") + b"\x80" * 800)
        self.write("in/hearing.vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nIt was %s.\n" % word("transcript"))
        self.write("in/broken.pdf", "%%PDF-1.4\n%s\n" % word("broken"))
        with zipfile.ZipFile(self.path("in/pack.zip"), "w") as pack:
            pack.writestr(word("member") + ".txt", "x")
        items = self.items("add", self.path("in"), "--source", word("label"), "--origin", "https://example.org/" + word("origin"), "--collector", word("collector"), code=BAD_INPUT)
        by_file = {item["file"]: item["id"] for item in items}
        exhibit = by_file[word("filename") + ".txt"]
        passage = self.json("passage", "add", exhibit, "--quote", text, "--translation", word("translation"))["id"]
        claim = self.json("claim", "add", "--text", word("claim"), "--by", word("label"), "--position", "victim", "--on", passage, "--where", word("where"), "--subject", word("subject"), "--predicate", word("predicate"), "--object", word("object"))["id"]
        self.json("grade", "add", "--target", word("label"), "--scale", "admiralty", "--reliability", "B", "--reason", word("reason"))
        self.json("policy", "add", "--name", word("policy"), "--min-roots", "1")
        self.json("mandate", "add", "--instrument", word("instrument"), "--question", word("question"), "--territory", word("territory"), "--period", "2006..2011", "--standard", word("standard"))
        self.json("finding", "add", "--label", "F1", "--text", word("finding"), "--claim", claim)
        self.json("allegation", "add", "--number", "1", "--text", word("allegation"), "--claim", claim)
        self.json("reply", "add", "--to", "1", "--by", "PRESS", "--kind", "denial", "--text", word("reply"))
        self.json("consent", "add", "--source", word("label"), "--use", "quotation", "--conditions", word("consent"))
        self.json("consent", "add", "--source", word("label"), "--use", "referral", "--recipient", word("recipient"))
        self.json("measure", "add", "--body", "HRC", "--symbol", "X/1", "--date", "2013-03-21", "--mode", "letter", "--text", word("measure"), "--source", word("where-recorded"))
        for query in (text, word("search"), '"%s"' % html):
            self.items("search", query)
        self.items("weigh")
        self.run_oyer("report", "build", "-o", self.path("leaves"))
        self.run_oyer("dossier", "-o", self.path("leaves-bag"), "--recipient", word("recipient"))
        # Refused and failed calls leave traces as little as the others.
        self.run_oyer("show", word("sought"), code=NOT_FOUND)
        self.run_oyer("source", "add", "--label", word("refused"), "--kind", "no-such-kind", code=(USAGE, BAD_INPUT))
        self.run_oyer("search", word("sought-for"))
        self.rebuilt_equal()
        return exhibit

    def places(self):
        return list(files_of(self.case, self.path("config"), self.path("run"), self.path("tmp")))

    def test_no_word_of_a_locked_case(self):
        before = set(files_of("/tmp")) | set(files_of("/var/tmp")) | set(files_of("/dev/shm"))
        exhibit = self.plant()
        meanwhile = [p for p in set(files_of("/tmp")) | set(files_of("/var/tmp")) | set(files_of("/dev/shm")) if p not in before]
        # What the tester wrote and asked to be written is no leak.
        meanwhile = [p for p in meanwhile if not p.startswith(self.path("in")) and not p.startswith(self.path("leaves"))]
        self.assertTrue(any(p.startswith(self.case) for p in meanwhile))
        self.assertEqual(self.canaries.found_in(sorted(set(meanwhile + self.places()))), [])
        # The search for leaks finds what is there.
        self.assertTrue(self.canaries.found_in(files_of(self.path("in"))))
        self.locked_commands(exhibit)
        self.assertEqual(self.canaries.found_in(self.places()), [])

    def locked_commands(self, exhibit):
        for words in (("ls",), ("ls", "exhibits"), ("search", "anything"), ("show", exhibit), ("weigh",), ("source", "ls"), ("key", "ls"), ("report", "build"), ("dossier", "-o", self.path("none")),
                      ("add", self.path("in"), "--source", "PRESS"), ("source", "add", "--label", "X", "--kind", "press"), ("passage", "ls"), ("log", "show", exhibit)):
            said = self.refused(*words, code=REFUSED, env=self.LOCKED)
            self.assertRegex(said, "locked|key|passphrase")
            self.assertIn("--key-file", said, "it does not say what to do")
        for words in (("status",), ("verify",), ("rebuild", "--tier", "open"), ("rebuild", "--check", "--tier", "open"), ("log", "list"), ("log", "prove", "--index", "0"), ("rebuild", "--dump", "--tier", "open")):
            done = self.run_oyer(*words, env=self.LOCKED)
            for word in self.canaries.words.values():
                self.assertNotIn(word, done.stdout + done.stderr)
        self.assertTrue(self.json("status", env=self.LOCKED)["locked"])
        answer = self.json("verify", env=self.LOCKED)
        self.assertEqual((answer["whole"], answer["with_keys"]), (True, False))

    def test_sizes_tell_little(self):
        """Bodies are committed to with salts: one source called A and one called B cannot be told from each other, nor repeated acts."""
        self.make_case()
        self.source("A")
        self.source("A-rather-long-label-of-a-source-that-nobody-should-guess")
        with open(self.case + "/journal/wal", "rb") as stream:
            wal = stream.read()
        entries = [e for e in wal.split(b'{"c":"')[1:]]
        self.assertEqual(len(entries), len({e[:43] for e in entries}), "two commitments are the same")

    def test_modes(self):
        self.make_case()
        for path in files_of(self.path("config")):
            if os.path.isfile(path):
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600, path)

    def test_open_case(self):
        self.OPEN = True
        self.plant()
        leaks = "\n".join(self.canaries.found_in(self.places()))
        for place in ("text", "filename", "claim", "title", "note"):
            self.assertIn(place + " (utf-8)", leaks, "an open case keeps everything in plain")
        for env in (self.LOCKED, {"OYER_KEY_FILE": None, "XDG_CONFIG_HOME": self.path("another")}):
            self.assertEqual(len(self.items("ls", "exhibits", env=env)), 8)
            self.assertEqual(len(self.items("search", self.canaries.words["html"], env=env)), 1)
            self.whole(env=env)
        self.refused("unlock", code=USAGE, env=self.LOCKED)

    def test_wrong_key_file(self):
        self.make_case()
        self.source("S")
        other = self.write("other", os.urandom(32))
        for words in (("ls",), ("status",), ("verify",), ("source", "add", "--label", "T", "--kind", "press"), ("unlock",), ("serve", "--listen", "127.0.0.1:0")):
            said = self.refused(*words, "--key-file", other, code=REFUSED)
            self.assertIn("key", said)
        short = self.write("short", os.urandom(31))
        self.refused("ls", "--key-file", short, code=BAD_INPUT)
        self.refused("ls", "--key-file", self.path("absent"), code=NOT_FOUND)
        self.assertEqual(len(self.items("ls", "sources")), 1)

    def test_agent(self):
        self.make_case()
        self.run_oyer("unlock", "--minutes", "5")
        try:
            self.assertEqual(self.items("ls", "sources", env=self.LOCKED), [])
            self.json("source", "add", "--label", "S", "--kind", "press", env=self.LOCKED)
            sockets = [p for p in files_of(self.path("run")) if stat.S_ISSOCK(os.lstat(p).st_mode)]
            self.assertEqual(len(sockets), 1)
            self.assertEqual(stat.S_IMODE(os.stat(sockets[0]).st_mode) & 0o077, 0)
            self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(sockets[0])).st_mode), 0o700)
        finally:
            self.run_oyer("lock", env=self.LOCKED)
        self.refused("ls", code=REFUSED, env=self.LOCKED)
        self.assertFalse([p for p in files_of(self.path("run")) if stat.S_ISSOCK(os.lstat(p).st_mode)])
        self.run_oyer("lock", env=self.LOCKED)  # twice is no fault
        for minutes in ("0", "1441", "x", "-1"):
            self.refused("unlock", "--minutes", minutes, code=USAGE)

    # -- passphrases, at a terminal

    def at_terminal(self, words, answers):
        """Runs at a terminal of its own, gives the answers one by one; returns (exit code, what was seen)."""
        environment = dict(self.environment)
        del environment["OYER_KEY_FILE"]
        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.chdir(self.home)
                os.execve(OYER, words, environment)
            finally:
                os._exit(127)
        seen, left = b"", list(answers)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            ready, _, _ = select.select([terminal], [], [], 0.2)
            if ready:
                try:
                    piece = os.read(terminal, 4096)
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
                if left and seen.rstrip(b" ").endswith(b":"):
                    time.sleep(0.05)
                    os.write(terminal, left.pop(0).encode() + b"\n")
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), seen.decode("utf-8", "replace")

    def test_passphrase(self):
        secret = "Krähen über 갈대밭 9"
        code, seen = self.at_terminal([OYER, "init", self.case, "--title", "T"], [secret, secret])
        self.assertEqual(code, DONE, seen)
        self.assertNotIn(secret, seen, "the passphrase is echoed")
        self.refused("ls", code=REFUSED, env=self.LOCKED)
        code, seen = self.at_terminal([OYER, "-C", self.case, "unlock"], ["not the one at all"])
        self.assertEqual(code, REFUSED, seen)
        self.assertIn("oyer: ", seen)
        code, seen = self.at_terminal([OYER, "-C", self.case, "unlock"], [secret])
        self.assertEqual(code, DONE, seen)
        self.assertNotIn(secret, seen)
        try:
            self.json("source", "add", "--label", "S", "--kind", "press", env=self.LOCKED)
            self.whole(env=self.LOCKED)
        finally:
            self.run_oyer("lock", env=self.LOCKED)
        self.refused("ls", code=REFUSED, env=self.LOCKED)
        code, seen = self.at_terminal([OYER, "-C", self.case, "ls", "sources"], [secret])
        self.assertEqual(code, DONE, seen)
        self.assertIn("S", seen)
        for path in self.places():
            if os.path.isfile(path):
                with open(path, "rb") as stream:
                    self.assertNotIn(secret.encode(), stream.read(), path)
        for answers, word in ((["short", "short"], "8 characters"), (["one passphrase", "another one"], "differ"), (["", ""], "empty")):
            code, seen = self.at_terminal([OYER, "init", self.path("second"), "--title", "T"], answers)
            self.assertEqual(code, USAGE, seen)
            self.assertIn(word, seen)
            self.assertFalse(os.path.exists(self.path("second/case.toml")))
        # A key file does not open what a passphrase locks.
        self.refused("ls", code=REFUSED)


if __name__ == "__main__":
    unittest.main()
