# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end stories share: a temporary place of one's own and the programs run in it.

    /usr/bin/python3 -m unittest discover -s tests/e2e -p '*_test.py'

OYER_BIN          folder of oyer, oyer-reader, oyer-verify (build/)
OYER_SHARED_DATA  real public material (../shared/data beside the repository); a story that needs it skips loudly
OYER_E2E_LONG=1   the long variants
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.path.abspath(os.environ.get("OYER_BIN") or os.path.join(ROOT, "build"))
OYER = os.path.join(BIN, "oyer")
OYER_VERIFY = os.path.join(BIN, "oyer-verify")
VERIFY_PY = os.path.join(ROOT, "src", "dossier", "recipient", "verify.py")
DATA = os.path.abspath(os.environ.get("OYER_SHARED_DATA") or os.path.join(ROOT, "..", "shared", "data"))
LONG = os.environ.get("OYER_E2E_LONG") == "1"

DONE, FAILED, USAGE, BAD_INPUT, NOT_FOUND, REFUSED, DAMAGED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130


def loudly(text):
    print("\n*** SKIPPED, SO NOT TESTED: %s ***" % text, file=sys.stderr, flush=True)


def shared(*parts):
    """A path of the shared data, or a loud skip."""
    path = os.path.join(DATA, *parts)
    if not os.path.exists(path):
        loudly("%s is absent (set OYER_SHARED_DATA)" % path)
        raise unittest.SkipTest("%s is absent" % path)
    return path


def fold(text):
    return " ".join(text.split())


# What no person should have to read in a message.
JARGON = re.compile(r"std::|what\(\)|terminate|bad_alloc|basic_string|boost|sqlite|errno|0x[0-9a-f]{4}|nullptr|\bassert\b|traceback|exception|internal|"
                    r"core dumped|segmentation|a bug of ours|expected<|json::|\bCLI\b", re.IGNORECASE)


class Case(unittest.TestCase):
    """One temporary folder with its own configuration, agent socket and key file; the case lies in `self.case`."""

    OPEN = False
    MAKE = True

    def setUp(self):
        if not os.access(OYER, os.X_OK):
            self.fail("%s is not built (set OYER_BIN)" % OYER)
        # A socket's path has at most 107 characters, so the folder lies near the root.
        self.home = tempfile.mkdtemp(prefix="oyer-e2e-", dir="/tmp")
        self.addCleanup(self.remove_home)
        self.children = []
        self.addCleanup(self.stop_children)
        self.case = self.path("case")
        self.key = self.path("key")
        self.write("key", os.urandom(32))
        for name in ("config", "run", "tmp"):
            os.mkdir(self.path(name), 0o700)
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.home, "LC_ALL": "C.UTF-8", "TMPDIR": self.path("tmp"),
            "XDG_CONFIG_HOME": self.path("config"), "XDG_RUNTIME_DIR": self.path("run"), "OYER_KEY_FILE": self.key}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        if self.MAKE:
            self.make_case()

    def remove_home(self):
        for folder, _, _ in os.walk(self.home):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.home, ignore_errors=True)

    def stop_children(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream:
                    stream.close()

    # -- files

    def path(self, *parts):
        return os.path.join(self.home, *parts)

    def write(self, name, content):
        whole = self.path(name)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
        return whole

    # -- the program

    def command(self, *arguments, case=None):
        return [OYER, "-C", case or self.case] + [str(a) for a in arguments]

    def raw(self, words, code=None, env=None, timeout=120, **options):
        """Any call; its output as text. Fails when the exit code is not `code` (None: whatever)."""
        environment = dict(self.environment, **(env or {}))
        environment = {key: value for key, value in environment.items() if value is not None}
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("cwd", self.home)
        # In a session of its own, so that no passphrase is asked for at the tester's terminal.
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, timeout=timeout, start_new_session=True, **options)
        done.stdout, done.stderr = done.stdout.decode("utf-8", "strict"), done.stderr.decode("utf-8", "strict")
        self.sane(done)
        if code is not None:
            codes = code if isinstance(code, tuple) else (code,)
            self.assertIn(done.returncode, codes, "%s\n%s%s" % (words, done.stdout[-2000:], done.stderr[-2000:]))
        return done

    def sane(self, done):
        self.assertGreaterEqual(done.returncode, 0, "%s died of signal %d\n%s" % (done.args, -done.returncode, done.stderr))
        self.assertNotIn(done.returncode, (70, 134, 139), "%s\n%s" % (done.args, done.stderr))
        self.assertNotIn("runtime error:", done.stderr)
        self.assertNotIn("Sanitizer", done.stderr)

    def run_oyer(self, *arguments, code=DONE, case=None, **options):
        return self.raw(self.command(*arguments, case=case), code, **options)

    def json(self, *arguments, **options):
        return json.loads(self.run_oyer(*arguments, "--json", **options).stdout)

    def items(self, *arguments, **options):
        return self.json(*arguments, **options)["items"]

    def refused(self, *arguments, code, **options):
        """Runs, expects `code`, and judges the sentence on standard error; returns it."""
        return self.sentence(self.run_oyer(*arguments, code=code, **options))

    def start(self, words, env=None, **options):
        environment = {key: value for key, value in dict(self.environment, **(env or {})).items() if value is not None}
        options.setdefault("stdin", subprocess.DEVNULL)
        child = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.home, start_new_session=True, **options)
        self.children.append(child)
        return child

    def make_case(self, *more):
        self.raw([OYER, "init", self.case, "--title", "A case for tests"] + (["--open"] if self.OPEN else []) + list(more), DONE)

    def sentence(self, done):
        """The message on standard error as COMMANDS.md wants it."""
        text = done.stderr.strip()
        lines = text.split("\n")
        said = [line for line in lines if line.startswith("oyer: ")]
        self.assertTrue(said, "no line begins with “oyer: ”: %r (exit %d, %s)" % (text, done.returncode, done.args))
        for line in said:
            words = line[len("oyer: "):]
            self.assertRegex(words, r"^[A-Z“\"‘'`(/]", "it does not begin as a sentence: %r" % line)
            self.assertRegex(words, r"[.?!)”>`]$|: .*\S$", "it does not end as a sentence: %r" % line)
            self.assertGreater(len(words.split()), 2, "that tells nobody anything: %r" % line)
            self.assertIsNone(JARGON.search(words), "jargon: %r" % line)
        return "\n".join(said)

    # -- short ways through common acts

    def source(self, label, *more, kind="document"):
        return self.json("source", "add", "--label", label, "--kind", kind, *more)["id"]

    def exhibit(self, name, content, source, *more):
        path = self.write(os.path.join("in", name), content)
        return self.items("add", path, "--source", source, *more, code=(DONE, BAD_INPUT))[0]

    def passage(self, exhibit, quote, *more):
        return self.json("passage", "add", exhibit, "--quote", quote, *more)["id"]

    def claim(self, text, by, passage, *more):
        return self.json("claim", "add", "--text", text, "--by", by, "--position", "document", "--on", passage, *more)["id"]

    def whole(self, **options):
        answer = self.json("verify", **options)
        self.assertEqual((answer["whole"], answer["faults"]), (True, []))
        return answer

    def rebuilt_equal(self, *more, **options):
        answer = self.json("rebuild", "--check", *more, **options)
        self.assertTrue(answer["equal"], answer)
        return answer

    def both_verifiers(self, bag, *more):
        """Exit codes of oyer-verify and of verify.py (from the source tree, not the bag's own)."""
        ours = self.raw([OYER_VERIFY, bag] + list(more))
        theirs = self.raw([sys.executable, "-I", VERIFY_PY, bag] + list(more))
        return ours, theirs

    # -- the table of commands, from the program's own help

    @staticmethod
    def command_table():
        return command_table()


def free_port():
    """A port of the loopback interface that nobody listens on just now."""
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


_table = None


def help_of(words):
    return subprocess.run([OYER] + words + ["--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, check=True).stdout.decode()


def subcommands(text):
    if "\nSubcommands:\n" not in text:
        return []
    rows = text.split("\nSubcommands:\n")[1].split("\n\n")[0]
    return [(m.group(1), m.group(2)) for m in re.finditer(r"^  ([a-z][a-z-]*) +(.*)$", rows, re.MULTILINE)]


class Described:
    """One command as `--help` tells it."""

    def __init__(self, words, summary):
        self.words, self.summary, self.text = words, summary, help_of(words)
        self.options, self.positionals, self.required = {}, [], []
        for line in self.text.split("\n"):
            found = re.match(r"^  (-[^ ]+)( TEXT)?( \.\.\.)?( REQUIRED)?  +(.*)$", line) or re.match(r"^  (-[^ ]+)( TEXT)?( \.\.\.)?( REQUIRED)?()$", line)
            if found:
                for name in found.group(1).split(","):
                    self.options[name] = bool(found.group(2))
                if found.group(4):
                    self.required.append(tuple(found.group(1).split(",")))
                continue
            found = re.match(r"^  ([A-Z]+)( TEXT)( \.\.\.)?( REQUIRED)?  +(.*)$", line)
            if found:
                self.positionals.append((found.group(1), bool(found.group(4))))
        self.examples = [line.strip() for line in self.text.split("Examples:\n")[1].split("\n") if line.strip()] if "Examples:\n" in self.text else []

    def name(self):
        return " ".join(self.words)


def command_table():
    """All commands, leaves only."""
    global _table
    if _table is None:
        _table = []
        for word, summary in subcommands(help_of([])):
            below = subcommands(help_of([word]))
            if not below:
                _table.append(Described([word], summary))
            for second, its in below:
                _table.append(Described([word, second], its))
    return _table


__all__ = [name for name in dir() if not name.startswith("_")]
