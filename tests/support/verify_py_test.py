#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""verify.py, tested on bags of make_bag.py: valid ones pass, spoilt ones are refused.

    /usr/bin/python3 tests/support/verify_py_test.py
"""
import base64
import contextlib
import importlib.util
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import make_bag  # noqa: E402

VERIFY = os.path.join(make_bag.RECIPIENT, "verify.py")
LAST = "; this says nothing about truth or origin"


def load_verify():
    spec = importlib.util.spec_from_file_location("verify", VERIFY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(bag, path):
    with open(os.path.join(bag, path), "rb") as stream:
        return stream.read()


def put(bag, path, data):
    whole = os.path.join(bag, path)
    os.makedirs(os.path.dirname(whole), exist_ok=True)
    with open(whole, "wb") as out:
        out.write(data)


def flip(path, at=-2):
    def spoil(bag, made):
        name = path(made) if callable(path) else path
        data = bytearray(read(bag, name))
        data[at % len(data)] ^= 1
        put(bag, name, bytes(data))
    return spoil


def swap(path, old, new):
    """Replace bytes in a file; the old ones must be there."""
    def spoil(bag, made):
        name = path(made) if callable(path) else path
        data = read(bag, name)
        assert old in data, (name, old)
        put(bag, name, data.replace(old, new, 1))
    return spoil


def edit_json(path, change):
    def spoil(bag, made):
        name = path(made)
        value = json.loads(read(bag, name).decode())
        result = change(value, made)
        put(bag, name, make_bag.jcs(value if result is None else result))
    return spoil


def of(name, kind):
    return lambda made: "proof/%s.%s" % (made.id(name), kind)


def data_of(name, extension):
    return lambda made: "data/%s.%s" % (made.id(name), extension)


def put_file(path, data):
    return lambda bag, made: put(bag, path(made) if callable(path) else path, data)


def drop(path):
    return lambda bag, made: os.remove(os.path.join(bag, path(made) if callable(path) else path))


def exchange(one, other):
    def spoil(bag, made):
        a, b = read(bag, one(made)), read(bag, other(made))
        put(bag, one(made), b)
        put(bag, other(made), a)
    return spoil


def link(target, path):
    def spoil(bag, made):
        name = path(made) if callable(path) else path
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(bag, name))
        os.symlink(target, os.path.join(bag, name))
    return spoil


def lines(path, change):
    def spoil(bag, made):
        name = path(made) if callable(path) else path
        rows = read(bag, name).split(b"\n")[:-1]
        put(bag, name, b"".join(row + b"\n" for row in change(rows)))
    return spoil


def rename_id(bag, made):
    """The same leaf under a second id: copy all its proof files."""
    for kind in ("entry", "opening", "submission", "tlog-proof"):
        put(bag, "proof/%s.%s" % ("0" * 16, kind), read(bag, of("pdf", kind)(made)))


def bad_signature(bag, made):
    data = read(bag, "proof/checkpoint")
    head, line = data.rsplit(b" ", 1)
    raw = bytearray(base64.b64decode(line))
    raw[40] ^= 1
    new = head + b" " + base64.b64encode(bytes(raw)) + b"\n"
    put(bag, "proof/checkpoint", new)
    for path in os.listdir(os.path.join(bag, "proof")):
        if path.endswith(".tlog-proof"):
            put(bag, "proof/" + path, read(bag, "proof/" + path).replace(data, new))


# name: (spoil, step, words in the fault). The manifests stay as they were.
PLAIN = {
    "flip exhibit": (flip(data_of("pdf", "pdf")), 1, "digest is not the one"),
    "flip bagit.txt": (flip("bagit.txt"), 1, "two lines of BagIt"),
    "flip bag-info.txt": (flip("bag-info.txt"), 1, "digest is not the one"),
    "flip manifest": (flip("manifest-sha256.txt", 3), 1, "manifest-sha256.txt"),
    "flip manifest 512": (flip("manifest-sha512.txt", 3), 1, "manifest-sha512.txt"),
    "flip tag manifest": (flip("tagmanifest-sha256.txt", 3), 1, "tagmanifest-sha256.txt"),
    "flip tag manifest 512": (flip("tagmanifest-sha512.txt", 3), 1, "tagmanifest-sha512.txt"),
    "flip metadata": (flip("metadata/premis.xml"), 1, "metadata/premis.xml"),
    "flip load file": (flip("load/docs.dat"), 1, "load/docs.dat"),
    "flip VERIFY.txt": (flip("VERIFY.txt"), 1, "VERIFY.txt"),
    "drop exhibit": (drop(data_of("png", "png")), 1, "not there"),
    "drop bagit.txt": (drop("bagit.txt"), 1, "bagit.txt: it is missing"),
    "drop manifest": (drop("manifest-sha512.txt"), 1, "manifest-sha512.txt: it is missing"),
    "drop tag manifest": (drop("tagmanifest-sha256.txt"), 1, "it is missing"),
    "extra file in data": (put_file("data/extra.bin", b"x"), 1, "no dossier has"),
    "extra exhibit": (put_file("data/0123456789abcdef.txt", b"x"), 1, "does not list"),
    "extra file at the top": (put_file(".hidden", b"x"), 1, "no dossier has"),
    "module beside verify.py": (put_file("json.py", b"raise SystemExit(0)"), 1, "json.py"),
    "empty directory": (lambda bag, made: os.mkdir(bag + "/more"), 1, "directory"),
    "directory in data": (put_file("data/sub/file.txt", b"x"), 1, "directory"),
    "odd name": (put_file("data/a\nb\x1b[31m", b"x"), 1, "no dossier has"),
    "symbolic link": (link("/etc/passwd", data_of("pdf", "pdf")), 1, "symbolic link"),
    "extra link": (link("verify.py", "proof/link"), 1, "symbolic link"),
    "a pipe": (lambda bag, made: os.mkfifo(bag + "/proof/pipe"), 1, "not a plain file"),
    "reordered manifest": (lines("manifest-sha256.txt", lambda r: r[::-1]), 1, "order"),
    "line twice": (lines("manifest-sha256.txt", lambda r: r[:1] + r), 1, "order"),
    "../ in manifest": (lines("manifest-sha256.txt", lambda r: [b"0" * 64 + b"  ../x"] + r), 1,
                        "leads out of the bag"),
    "/ in manifest": (lines("manifest-sha256.txt", lambda r: [b"0" * 64 + b"  /etc/x"] + r), 1,
                      "leads out of the bag"),
    "data/../.. in manifest": (lines("manifest-sha256.txt",
                                     lambda r: [b"0" * 64 + b"  data/../../x"] + r), 1,
                               "leads out of the bag"),
    "%0A in manifest": (lines("manifest-sha256.txt", lambda r: r + [b"0" * 64 + b"  data/z%0a"]), 1,
                        "data/z\\x0a"),
    "%2e in manifest": (lines("manifest-sha256.txt", lambda r: [b"0" * 64 + b"  %2e%2e/x"] + r), 1,
                        "%0A, %0D or %25"),
    "upper case hex": (lines("manifest-sha256.txt", lambda r: [r[0][:64].upper() + r[0][64:]] + r[1:]),
                       1, "two spaces"),
    "one space": (lines("manifest-sha256.txt", lambda r: [r[0].replace(b"  ", b" ")] + r[1:]), 1,
                  "two spaces"),
    "CRLF manifest": (lines("manifest-sha256.txt", lambda r: [x + b"\r" for x in r]), 1, "two spaces"),
    "no last newline": (lambda bag, made: put(bag, "manifest-sha256.txt",
                                              read(bag, "manifest-sha256.txt")[:-1]), 1, "last line"),
    "empty manifest": (put_file("manifest-sha256.txt", b""), 1, "does not list"),
    "binary manifest": (put_file("manifest-sha256.txt", bytes(range(256)) * 9), 1, "two spaces"),
    "tag file in payload manifest": (lines("manifest-sha256.txt",
                                           lambda r: r + [b"0" * 64 + b"  proof/policy"]), 1,
                                     "no place in this manifest"),
}

# The same, but the manifests are written anew: the deeper checks must refuse it.
RESEALED = {
    "exhibit altered": (flip(data_of("pdf", "pdf")), 7, "SHA-256 is not the digest"),
    "open exhibit altered": (flip(data_of("press", "txt")), 7, "SHA-256 is not the digest"),
    "report altered": (flip(data_of("report", "html")), 7, "SHA-256 is not the digest"),
    "exhibits swapped": (exchange(data_of("pdf", "pdf"), data_of("png", "png")), 7, "SHA-256"),
    "oxum": (swap("bag-info.txt", b"Payload-Oxum: ", b"Payload-Oxum: 1"), 1, "Payload-Oxum"),
    "bag-info label twice": (swap("bag-info.txt", b"Bagging-Date", b"Oyer-Edition"), 1, "labels"),
    "checkpoint truncated": (lambda bag, made: put(bag, "proof/checkpoint",
                                                   read(bag, "proof/checkpoint")[:60]), 2, "no empty line"),
    "checkpoint empty": (put_file("proof/checkpoint", b""), 2, "no empty line"),
    "checkpoint dropped": (drop("proof/checkpoint"), 2, "missing"),
    "checkpoint signature": (bad_signature, 2, "not a valid signature"),
    "checkpoint size": (swap("proof/checkpoint", b"\n20\n", b"\n21\n"), 2, "not a valid signature"),
    "checkpoint four lines": (swap("proof/checkpoint", b"\n20\n", b"\n20\nmore\n"), 2, "4 lines"),
    "checkpoint huge": (put_file("proof/checkpoint", b"a\n" * 100000), 2, "too large"),
    "stranger signs too": (lambda bag, made: put(bag, "proof/checkpoint",
                                                 read(bag, "proof/checkpoint")
                                                 + "\u2014 x AAAAAAAA\n".encode()), 2, "does not name"),
    "policy empty": (put_file("proof/policy", b""), 2, "no quorum"),
    "policy two logs": (lambda bag, made: put(bag, "proof/policy", (
        "log %s\n" % make_bag_key(made)).encode() + made.policy), 2, "2 log lines"),
    "policy key id": (swap("proof/policy", b"+", b"+0"), 2, "verifier key"),
    "policy quorum unknown": (swap("proof/policy", b"quorum none", b"quorum W9"), 2, "quorum"),
    "index not canonical": (swap("proof/index.json", b"{", b"{ "), 2, "canonical"),
    "index deep": (put_file("proof/index.json", b"[" * 300000), 2, "proof/index.json"),
    "index key twice": (swap("proof/index.json", b"{\"case\"", b"{\"case\":1,\"case\""), 2, "twice"),
    "index not UTF-8": (put_file("proof/index.json", b"\"\xff\""), 2, "UTF-8"),
    "index files odd": (edit_json(lambda m: "proof/index.json",
                                  lambda v, m: v["files"].insert(0, {"entry": [], "file": []})), 7, "file 1"),
    "index unsorted": (edit_json(lambda m: "proof/index.json",
                                 lambda v, m: v["files"].reverse()), 7, "order"),
    "index forgets a file": (edit_json(lambda m: "proof/index.json",
                                       lambda v, m: v["files"].pop() and None), 7, "does not name"),
    "index other case": (edit_json(lambda m: "proof/index.json",
                                   lambda v, m: v.update(case=make_bag.b64u(b"0" * 16))), 4, "another case"),
    "index other log": (edit_json(lambda m: "proof/index.json",
                                  lambda v, m: v.update(log="example.com/l")), 2, "index.json"),
    "index v true": (edit_json(lambda m: "proof/index.json",
                               lambda v, m: v.update(v=True)), 2, "with v 1"),
    "index wrong entry": (edit_json(lambda m: "proof/index.json", lambda v, m: [
        item.update(entry=m.id("pdf")) for item in v["files"] if item["entry"] == m.id("png")] and v),
        7, "named after"),
    "entry altered": (swap(of("pdf", "entry"), b"\"v\":1", b"\"v\":2"), 3, "does not lead"),
    "open entry altered": (swap(of("press", "entry"), b"text/plain", b"text/plane"), 3, "does not lead"),
    "entry empty": (put_file(of("pdf", "entry"), b""), 3, "empty"),
    "entry too large": (put_file(of("pdf", "entry"), b"x" * 70000), 3, "too large"),
    "entry dropped": (drop(of("pdf", "entry")), 3, "no entry"),
    "two ids of one leaf": (rename_id, 3, "another id"),
    "proof dropped": (drop(of("png", "tlog-proof")), 3, "missing"),
    "proofs swapped": (exchange(of("png", "tlog-proof"), of("pdf", "tlog-proof")), 3, "does not lead"),
    "proof index": (swap(of("pdf", "tlog-proof"), b"index 5\n", b"index 7\n"), 3, "does not lead"),
    "proof index 05": (swap(of("pdf", "tlog-proof"), b"index 5\n", b"index 05\n"), 3, "second line"),
    "proof index huge": (swap(of("pdf", "tlog-proof"), b"index 5\n", b"index " + b"9" * 5000 + b"\n"), 3,
                         "second line"),
    "proof hash": (lines(of("pdf", "tlog-proof"), lambda r: r[:2] + r[3:]), 3, "does not lead"),
    "proof extra": (lines(of("pdf", "tlog-proof"), lambda r: r[:1] + [b"extra AAAA"] + r[1:]), 3,
                    "second line"),
    "proof other checkpoint": (lambda bag, made: put(bag, of("pdf", "tlog-proof")(made), read(
        bag, of("pdf", "tlog-proof")(made)) + b"\n"), 3, "byte for byte"),
    "opening dropped": (drop(of("pdf", "opening")), 4, "missing"),
    "opening of an open entry": (put_file(of("press", "opening"), b"{}"), 4, "is open"),
    "wrong salt": (edit_json(of("pdf", "opening"),
                             lambda v, m: v.update(salt=make_bag.b64u(b"1" * 32))), 4, "commitment c"),
    "short salt": (edit_json(of("pdf", "opening"), lambda v, m: v.update(salt="AAAA")), 4, "32 bytes"),
    "openings swapped": (exchange(of("pdf", "opening"), of("png", "opening")), 4, "commitment c"),
    "body altered": (edit_json(of("pdf", "opening"), lambda v, m: v.update(
        body=v["body"].replace("sealed", "opened"))), 4, "commitment c"),
    "value altered": (edit_json(of("pdf", "opening"), lambda v, m: v["values"]["digest"].__setitem__(
        1, "0" * 64)), 4, "does not stand in the body"),
    "value salt": (edit_json(of("pdf", "opening"), lambda v, m: v["values"]["digest"].__setitem__(
        0, make_bag.b64u(b"2" * 32))), 4, "does not stand in the body"),
    "value of another name": (edit_json(of("pdf", "opening"), lambda v, m: v["values"].update(
        name=v["values"].pop("digest"))), 4, "does not stand in the body"),
    "value hidden": (edit_json(of("pdf", "opening"), lambda v, m: v["values"].clear()), 7,
                     "not disclosed"),
    "values a list": (edit_json(of("pdf", "opening"), lambda v, m: v.update(values=[])), 4, "object"),
    "opening with a surrogate": (put_file(of("pdf", "opening"),
                                          b'{"body":"\\ud800","salt":"","values":{}}'), 4, "UTF-8"),
    "opening deep": (put_file(of("pdf", "opening"), b'{"a":' * 200000), 4, ".opening"),
    "submission dropped": (drop(of("pdf", "submission")), 5, "missing"),
    "submission of a closing entry": (lambda bag, made: put(bag, of("closing-1", "submission")(made), read(
        bag, of("pdf", "submission")(made))), 5, "closes a submission"),
    "submission path": (edit_json(of("pdf", "submission"), lambda v, m: v["path"].__setitem__(
        0, make_bag.b64u(b"3" * 32))), 5, "does not lead"),
    "submission path short": (edit_json(of("pdf", "submission"), lambda v, m: v["path"].pop() and None), 5,
                              "does not lead"),
    "submission path long": (edit_json(of("pdf", "submission"), lambda v, m: v["path"].append(
        v["path"][0])), 5, "does not lead"),
    "submission index": (edit_json(of("pdf", "submission"), lambda v, m: v.update(index=0)), 5,
                         "does not lead"),
    "submission index negative": (edit_json(of("pdf", "submission"), lambda v, m: v.update(index=-1)), 5,
                                  "does not lead"),
    "submission index true": (edit_json(of("pdf", "submission"), lambda v, m: v.update(index=True)), 5,
                              "{closing, index, path}"),
    "submission of another closing": (edit_json(of("pdf", "submission"), lambda v, m: v.update(
        closing=m.id("closing-2"))), 5, "does not lead"),
    "submission closing odd": (edit_json(of("pdf", "submission"), lambda v, m: v.update(closing={})), 5,
                               "no disclosed closing"),
    "submission closing no closing": (edit_json(of("pdf", "submission"), lambda v, m: v.update(
        closing=m.id("png"))), 5, "no disclosed closing"),
    "submissions swapped": (exchange(of("pdf", "submission"), of("png", "submission")), 5, "does not lead"),
}


def make_bag_key(made):
    """The vkey of a second log."""
    folder = tempfile.mkdtemp()
    try:
        return make_bag.Signer(folder, "example.com/other", 1).vkey
    finally:
        shutil.rmtree(folder)


def set_in(*way):
    """A hook that sets d[...]: the last argument is the value (or a function of the old one)."""
    def hook(body):
        place = body["d"]
        for key in way[:-2]:
            place = place[key]
        place[way[-2]] = way[-1](place[way[-2]]) if callable(way[-1]) else way[-1]
    return hook


def pop_sup(body):
    body["sup"] = []


# Spoilt at the source: log, hashes and manifests all fit around the fault.
AT_SOURCE = {
    "count altered": (dict(edit={"closing-1": set_in("count", 4)}), 5, "does not lead"),
    "count one more": (dict(edit={"closing-2": set_in("count", 2)}), 5, "does not lead"),
    "root altered": (dict(edit={"closing-1": set_in("root", make_bag.b64u(b"4" * 32))}), 5, "does not lead"),
    "signature altered": (dict(after={"closing-1": set_in("sig", make_bag.b64u(b"5" * 64))}), 5,
                          "does not verify"),
    "time altered after signing": (dict(after={"closing-1": set_in("time", "2020-01-01T00:00:00Z")}), 5,
                                   "does not verify"),
    "time impossible": (dict(edit={"closing-1": set_in("time", "2026-02-30T00:00:00Z")}), 5, "time"),
    "purpose a number": (dict(edit={"closing-1": set_in("purpose", 7)}), 5, "purpose"),
    "via somebody": (dict(edit={"closing-1": lambda b: b["d"].update(via="me")}), 5, "via"),
    "actor never enrolled": (dict(signer={1: "x"}), 6, "no disclosed and valid"),
    "actor enrolled later": (dict(signer={2: "b"}), 6, "only after"),
    "enrolled by herself": (dict(signer={3: "b"}), 6, "not enrolled before"),
    "enrolled by nobody": (dict(signer={3: "x"}), 6, "not enrolled before"),
    "first signed by another": (dict(signer={0: "b"}), 6, "not signed by the key"),
    "enrols another key": (dict(edit={"enrol-b": set_in("key", make_bag.b64u(b"6" * 32))}), 6,
                           "no disclosed and valid"),
    "enrolment not disclosed": (dict(hide=["enrol-b"]), 6, "no disclosed and valid"),
    "closing not disclosed": (dict(hide=["closing-1"]), 5, "no disclosed closing"),
    "body of another case": (dict(edit={"pdf": lambda b: b.update(case=make_bag.b64u(b"7" * 16))}), 4,
                             "another case"),
    "body of another log": (dict(edit={"pdf": lambda b: b.update(log="example.com/l")}), 4, "another log"),
    "body with a strange key": (dict(edit={"pdf": lambda b: b.update(zz=1)}), 4, "does not have the keys"),
    "body with an empty sup": (dict(edit={"pdf": pop_sup}), 4, "sup"),
    "body with a fraction": (dict(edit={"pdf": set_in("size", 1.5)}), 4, "not an integer"),
    "body with a large number": (dict(edit={"pdf": set_in("size", 2 ** 53)}), 4, "too large"),
    "open entry not canonical": (dict(entry={"press": lambda e: e.replace(b"{", b"{ ", 1)}), 4, "canonical"),
    "sealed entry not canonical": (dict(entry={"pdf": lambda e: e + b"\n"}), 4, "canonical"),
    "sealed entry of version 2": (dict(entry={"pdf": lambda e: e.replace(b"1}", b"2}")}), 4, "v is not 1"),
    "exhibit shows a segment": (dict(segment={"pdf": True}), 4, "segment"),
    "closing shows no segment": (dict(segment={"closing-1": False}), 4, "segment"),
    "digest of nothing": (dict(edit={"press": set_in("digest", "0" * 64)}), 7, "SHA-256 is not"),
    "digest in upper case": (dict(edit={"press": set_in("digest", str.upper)}), 7, "not a hex SHA-256"),
    "type without a file": (dict(edit={"press": lambda b: b.update(t="claim.add/1")}), 7, "has no file"),
    "report digest unsorted": (dict(open_report=True, edit={"report": set_in(
        "digest", lambda v: json.dumps(json.loads(v)))}), 7, "canonical"),
    "report without docx": (dict(open_report=True, edit={"report": set_in("digest", lambda v: make_bag.jcs(
        {k: x for k, x in json.loads(v).items() if k != "docx"}).decode())}), 7, "no digest for .docx"),
    "entry nobody needs": (dict(also=["claim"]), 7, "no other disclosed entry needs it"),
    "exhibit behind two files": (dict(twice=True), 7, "several files"),
    "submission with a gap": (dict(gap=[1]), 5, "do not fit"),
    "first enrolment is not at the start": (dict(gap=[-1]), 6, "first submission"),
    "quorum not met": (dict(witnesses=2, cosigned=["w0.example/w"]), 2, "quorum"),
}


class VerifyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="verify_py_test-")
        cls.made = make_bag.Bag()
        cls.good = os.path.join(cls.folder, "good")
        os.mkdir(cls.good)
        cls.made.write(cls.good)
        cls.module = load_verify()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def copy(self):
        bag = os.path.join(self.folder, "bag")
        shutil.rmtree(bag, ignore_errors=True)
        shutil.copytree(self.good, bag, symlinks=True)
        return bag

    def write(self, **options):
        bag = os.path.join(self.folder, "bag")
        shutil.rmtree(bag, ignore_errors=True)
        os.mkdir(bag)
        made = make_bag.Bag(**options)
        made.write(bag)
        return bag, made

    def anchor(self, data):
        path = os.path.join(self.folder, "anchor")
        with open(path, "wb") as out:
            out.write(data)
        return path

    def run_verify(self, *arguments, program=VERIFY):
        done = subprocess.run([sys.executable, program] + list(arguments), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120)
        out, err = done.stdout.decode("ascii"), done.stderr.decode()
        self.assertNotIn("Traceback", err)
        self.assertNotIn("could not be carried out", out)
        return done.returncode, out, err

    def refused(self, bag, step, words, *arguments):
        code, out, _ = self.run_verify(bag, *arguments)
        self.assertEqual(code, 1, out)
        self.assertIn("NOT CONSISTENT", out)
        self.assertNotIn(LAST, out)
        found = [line for line in out.split("\n") if line.startswith("fault in step %d:" % step)]
        self.assertRegex("\n".join(found), re.escape(words), out)

    # -- what must pass

    def test_valid(self):
        code, out, _ = self.run_verify(self.good)
        self.assertEqual(code, 0, out)
        self.assertIn("\nCONSISTENT\n", out)
        self.assertIn("\nNOT AUTHENTICATED: no anchor was given: a forger could have made the whole "
                      "bag, key included; pass --anchor FILE with keys that came another way\n", out)
        self.assertEqual(out.split("\n")[-2], "unchanged since intake on 2026-01-31 to 2026-02-03 "
                                              "(claimed)" + LAST)

    def test_valid_from_inside(self):
        code, out, _ = self.run_verify(program=os.path.join(self.good, "verify.py"))
        self.assertEqual(code, 0, out)
        self.assertFalse(os.path.exists(os.path.join(self.good, "__pycache__")))

    def test_planted_module_is_not_run(self):
        bag = self.copy()
        put(bag, "json.py", b"print('planted'); raise SystemExit(0)\n")
        code, out, _ = self.run_verify(program=os.path.join(bag, "verify.py"))
        self.assertEqual(code, 1)
        self.assertNotIn("planted", out)

    def test_valid_with_anchor(self):
        pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        code, out, _ = self.run_verify(self.good, "--anchor", self.anchor(self.made.policy + pem))
        self.assertEqual(code, 0, out)
        self.assertIn("\nAUTHENTICATED\n", out)

    def test_valid_open_report(self):
        bag, _ = self.write(open_report=True)
        self.assertEqual(self.run_verify(bag)[0], 0)

    def test_valid_with_witnesses(self):
        bag, made = self.write(witnesses=3, cosigned=["w0.example/w", "w2.example/w"], quorum="2")
        code, out, _ = self.run_verify(bag, "--anchor", self.anchor(made.policy))
        self.assertEqual(code, 0, out)
        strict = made.policy.replace(b"group G 2", b"group G all")
        code, out, _ = self.run_verify(bag, "--anchor", self.anchor(strict))
        self.assertEqual(code, 1, out)
        self.assertIn("quorum of the anchor", out)
        self.assertIn("\nCONSISTENT\n", out)
        self.assertNotIn(LAST, out)

    def test_json(self):
        code, out, _ = self.run_verify(self.good, "--json")
        value = json.loads(out)
        self.assertEqual((code, value["consistent"], value["authenticated"], value["faults"]),
                         (0, True, False, []))
        self.assertEqual(value["intake"]["first"], "2026-01-31")
        bag = self.copy()
        drop("bagit.txt")(bag, self.made)
        value = json.loads(self.run_verify(bag, "--json")[1])
        self.assertFalse(value["consistent"])
        self.assertIsNone(value["statement"])
        self.assertIn("bagit.txt", [fault["file"] for fault in value["faults"]])

    # -- what must not

    def test_plain_mutations(self):
        for name, (spoil, step, words) in PLAIN.items():
            with self.subTest(name):
                bag = self.copy()
                spoil(bag, self.made)
                self.refused(bag, step, words)

    def test_resealed_mutations(self):
        for name, (spoil, step, words) in RESEALED.items():
            with self.subTest(name):
                bag = self.copy()
                spoil(bag, self.made)
                make_bag.write_manifests(bag)
                self.refused(bag, step, words)

    def test_mutations_at_the_source(self):
        for name, (options, step, words) in AT_SOURCE.items():
            with self.subTest(name):
                bag, _ = self.write(**options)
                self.refused(bag, step, words)

    def test_witness_lines(self):
        bag, made = self.write(witnesses=2)
        data = read(bag, "proof/checkpoint")
        rows = data.split(b"\n")
        for name, new, words in (
                ("swapped", rows[:5] + [rows[6], rows[5]] + rows[7:], "order"),
                ("twice", rows[:6] + [rows[5]] + rows[6:], "order"),
                ("altered", rows[:5] + [rows[5].replace(b"w0", b"w1")] + rows[6:], "does not name"),
                ("dropped", rows[:6] + rows[7:], "quorum")):
            with self.subTest(name):
                put(bag, "proof/checkpoint", b"\n".join(new))
                make_bag.write_manifests(bag)
                self.refused(bag, 2, words)

    def test_signed_by_another_key(self):
        """The whole bag made anew by a forger: consistent, and refused with the anchor."""
        bag, _ = self.write(log_seed="forger")
        self.assertEqual(self.run_verify(bag)[0], 0)
        code, out, _ = self.run_verify(bag, "--anchor", self.anchor(self.made.policy))
        self.assertEqual(code, 1)
        self.assertIn("not signed by a log's key that is in the anchor", out)
        self.assertIn("\nNOT AUTHENTICATED", out)
        self.assertNotIn(LAST, out)

    def test_every_proof_file_flipped(self):
        """One bit anywhere in proof/, manifests written anew: never consistent, never a surprise."""
        chance = random.Random(7)
        for path in sorted(self.made.files):
            if not path.startswith("proof/"):
                continue
            data = bytearray(self.made.files[path])
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            with self.subTest(path):
                self.refused_quietly(path, bytes(data))

    def test_every_proof_file_cut_and_odd(self):
        for path in ("proof/checkpoint", "proof/policy", "proof/index.json", of("pdf", "entry")(self.made),
                     of("pdf", "opening")(self.made), of("pdf", "submission")(self.made),
                     of("pdf", "tlog-proof")(self.made), of("closing-1", "opening")(self.made)):
            data = self.made.files[path]
            for name, new in (("half", data[:len(data) // 2]), ("last byte", data[:-1]),
                              ("empty", b""), ("zeros", bytes(100)), ("null", b"null"), ("[]", b"[]"),
                              ("{}", b"{}"), ("number", b"1"), ("string", b"\"x\""),
                              ("twice", data + data), ("high", b"\xff" * 60)):
                with self.subTest(path=path, how=name):
                    self.refused_quietly(path, new)

    def refused_quietly(self, path, data):
        """In this process, so that a surprise shows."""
        bag = self.copy()
        put(bag, path, data)
        make_bag.write_manifests(bag)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = self.module.main([bag])
        self.assertEqual(code, 1, out.getvalue())
        self.assertNotIn("could not be carried out", out.getvalue())
        self.assertNotIn("\nCONSISTENT", out.getvalue())

    def test_usage(self):
        self.assertEqual(self.run_verify("--nonsense")[0], 2)
        self.assertEqual(self.run_verify(self.good, "--anchor", "/nonexistent")[0], 2)
        self.assertEqual(self.run_verify(self.good, "--anchor", self.anchor(b"log x\n"))[0], 2)
        self.assertEqual(self.run_verify(self.good, "--anchor", self.anchor(b"quorum none\n"))[0], 2)
        self.assertEqual(self.run_verify(os.path.join(self.folder, "none"))[0], 4)
        self.assertEqual(self.run_verify(os.path.join(self.good, "bagit.txt"))[0], 4)

    def test_canonical_json(self):
        for good in (b"{}", b'{"a":[1,-2,true,null],"b":"\xc3\xa9\\n\\u0001\x7f\\"\\\\"}', b"[]",
                     b"9007199254740991", b'"\xf0\x9f\x98\x80"', b'{"A":1,"_":2,"a":3}'):
            self.module.read_json(good)
        for bad in (b"", b" {}", b"{}\n", b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"1.0", b"1e3", b"-0", b"01",
                    b"9007199254740992", b"-9007199254740992", b"1" * 5000, b"NaN", b"Infinity",
                    b'"\\/"', b'"\\u00e9"', b'"\\u000A"', b'"\\u001F"', b'"\\ud800"', b'"\xed\xa0\x80"',
                    b'"\xc0\x80"', b'"\xff"', b"\xef\xbb\xbf{}", b'{"\xc3\xa9":1}', b"{'a':1}", b'{"a":1,}',
                    b'"\n"', b"[" * 100000, b'{"a":' * 100000, b"[" * 100000 + b"]" * 100000):
            with self.subTest(bad[:20]):
                self.assertRaises(self.module.Broken, self.module.read_json, bad)

    def test_paths_by_definition(self):
        """path_leads against the recursive definition, and every wrong place refused."""
        for size in range(1, 18):
            leaves = [make_bag.h(b"%d" % n) for n in range(size)]
            root = make_bag.root_of(leaves)
            for index in range(size):
                path = make_bag.path_of(index, leaves)
                for other in range(-1, size + 2):
                    self.assertEqual(self.module.path_leads(leaves[index], other, size, path, root),
                                     other == index)
                self.assertFalse(self.module.path_leads(leaves[index], index, size, path + [root], root))
                if path:
                    self.assertFalse(self.module.path_leads(leaves[index], index, size, path[:-1], root))

    def test_policies(self):
        good = self.write(witnesses=3)[1].policy
        self.assertEqual(len(self.module.Policy(b"# note\n\n \t" + good).witnesses), 3)
        # An anchor may have any form; a bag has one (Check.read_policy).
        self.assertEqual(self.module.Policy(good).one_form(), good)
        self.assertNotEqual(self.module.Policy(b"# note\n" + good).one_form(), b"# note\n" + good)
        for old, new in ((b"group G 3", b"group G 4"), (b"group G 3", b"group G 0"),
                         (b"group G 3 W0", b"group G 3 W1"), (b"group G ", b"group none "),
                         (b"group G ", b"group W0 "), (b"quorum G\n", b"quorum G\nquorum G\n"),
                         (b"quorum G\n", b""), (b"quorum G\n", b"quorum G"), (b"witness W1", b"witness W0"),
                         (b"W2\nquorum", b"W2 none\nquorum"), (b"log ", b"logs "), (b"log ", b"log\r ")):
            self.assertIn(old, good)
            with self.subTest(new):
                self.assertRaises(self.module.Broken, self.module.Policy, good.replace(old, new, 1))

    def test_count_of_mutations(self):
        self.assertGreaterEqual(len(PLAIN) + len(RESEALED) + len(AT_SOURCE), 25)


if __name__ == "__main__":
    unittest.main()
