#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check an Oyer dossier (a BagIt bag) with nothing but Python and openssl.

    python3 -I verify.py [BAG] [--anchor FILE] [--json]

BAG is the bag's directory; without it, the directory this file lies in.
FILE holds the log's key (and witnesses') that came to you another way.

Exit status: 0 all checks hold, 1 a check failed, 2 wrong usage (or this
machine cannot check: no working openssl), 4 there is no such bag.

The program follows docs/formats/dossier.md, section "The check", point by
point (steps 1 to 8), and the pages entry.md and journal.md that it refers to.
It only reads. It opens no path that a file of the bag names: it lists the
directory itself and compares. Nothing here needs a network.
"""
import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    # Python looks for modules beside the script first. A forger could put a
    # "json.py" into the bag; so that place is taken off the list.
    del sys.path[0]

import argparse
import base64
import calendar
import binascii
import datetime
import hashlib
import json
import os
import re
import stat
import subprocess
import tempfile

EXIT_HOLDS, EXIT_FAILED, EXIT_USAGE, EXIT_NO_BAG = 0, 1, 2, 4

STEPS = {1: "form", 2: "log", 3: "entries", 4: "openings", 5: "submissions",
         6: "actors", 7: "files", 8: "anchor"}

# --- limits: no file that is parsed may be larger -----------------------------
MANIFEST_LIMIT = 256 << 20
INDEX_LIMIT = 64 << 20
POLICY_LIMIT = 1 << 20
CHECKPOINT_LIMIT = 1 << 16
PROOF_LIMIT = 1 << 17
ENTRY_LIMIT = 65535           # journal.md, "Tiles and bundles"
BODY_LIMIT = 65000            # entry.md, "The body"
OPENING_LIMIT = 4 << 20
SUBMISSION_LIMIT = 1 << 16
FAULTS_SHOWN = 500
PATH_HASHES = 64              # no tree of fewer than 2^64 leaves needs more

# --- the layout, dossier.md at the top ----------------------------------------
MANIFESTS = ("manifest-sha256.txt", "manifest-sha512.txt")
TAG_MANIFESTS = ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt")
NEEDED = ("bagit.txt", "bag-info.txt") + MANIFESTS + TAG_MANIFESTS + (
    "VERIFY.txt", "verify.py",
    "metadata/premis.xml", "metadata/case.jsonld", "metadata/statement.txt",
    "metadata/schedule.csv", "load/docs.dat", "load/images.opt",
    "proof/checkpoint", "proof/policy", "proof/index.json")
ALLOWED = frozenset(NEEDED + ("metadata/names.csv",     # names.csv: cleared recipients only
                             "proof/chain.pem"))        # with time tokens
DIRECTORIES = ("data", "metadata", "load", "proof")
BAG_INFO = ("Bag-Software-Agent", "Bagging-Date", "Payload-Oxum",
            "External-Description", "Oyer-Edition")

ID = r"[0-9a-v]{16}"                                     # dossier.md, "Ids"
DATA_FILE = re.compile(r"data/(%s)\.([a-z0-9]{1,16})\Z" % ID)
PROOF_FILE = re.compile(r"proof/(%s)\.(entry|opening|submission|tlog-proof)\Z" % ID)
TOKEN_FILE = re.compile(r"proof/([a-z0-9-]{1,40})\.tsr\Z")
EXTENSION = re.compile(r"[a-z0-9]{1,16}\Z")
WHOLE_ID = re.compile(r"[a-z]{2}-[0-9a-v]{51}[0g]\Z")    # entry.md, "Ids": b32 of 32 bytes
TYPE = re.compile(r"[a-z]+(\.[a-z]+)*/[1-9][0-9]{0,8}\Z")
HEX256 = re.compile(r"[0-9a-f]{64}\Z")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
DECIMAL = re.compile(rb"(0|[1-9][0-9]{0,18})\Z")


class Fault(Exception):
    """One thing that is wrong: the file it is about, and a sentence."""

    def __init__(self, file, sentence):
        super().__init__(sentence)
        self.file = file
        self.sentence = sentence


class Broken(ValueError):
    """Bytes that do not have the form they should; a caller adds the file."""


class Unable(Exception):
    """This machine lacks what the check needs (openssl with Ed25519)."""


class Report:
    """Collects faults by step, so that one fault does not hide the next."""

    def __init__(self):
        self.faults = []

    def add(self, step, file, sentence):
        fault = (step, file, sentence)
        if fault not in self.faults[-20:]:
            self.faults.append(fault)

    def take(self, step, fault):
        self.add(step, fault.file, fault.sentence)

    def of(self, *steps):
        return [fault for fault in self.faults if fault[0] in steps]


def shown(value):
    """A text from the bag made safe to print: no control or odd characters."""
    text = value if isinstance(value, str) else os.fsdecode(value)
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    text = "".join(c if " " <= c <= "~" else "\\x%02x" % ord(c) for c in text)
    return text if len(text) <= 200 else text[:200] + "..."


def why(problem):
    """The reason of an operating system's error, without the names in it."""
    return shown(getattr(problem, "strerror", None) or type(problem).__name__)


# --- encodings: README.md "Conventions", entry.md "Canonical JSON" ------------

def sha256(data):
    """H of the format pages."""
    return hashlib.sha256(data).digest()


def from_b64u(text, size, what):
    """base64url without padding of exactly `size` bytes, in its only spelling."""
    if not isinstance(text, str) or len(text) != (size * 8 + 5) // 6:
        raise Broken("%s is not the base64url of %d bytes" % (what, size))
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Broken("%s is not base64url" % what)
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != text.encode("ascii"):
        raise Broken("%s is not base64url in its only spelling" % what)
    return raw


def b64u(raw):
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64(text, what):
    """Standard base64 (RFC 4648 section 4) of bytes, in its only spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Broken("%s is not base64" % what)
    if base64.b64encode(raw) != bytes(text):
        raise Broken("%s is not base64 in its only spelling" % what)
    return raw


def _members(pairs):
    """Objects: ASCII keys, none twice (entry.md, "Canonical JSON")."""
    result = {}
    for key, value in pairs:
        if not key.isascii():
            raise Broken("it has a key that is not ASCII")
        if key in result:
            raise Broken("it has the key \"%s\" twice" % shown(key))
        result[key] = value
    return result


def _integer(text):
    """Numbers: integers with magnitude below 2^53."""
    if len(text) > 17 or not -2 ** 53 < int(text) < 2 ** 53:
        raise Broken("it has a number that is too large")
    return int(text)


def _no_such_number(text):
    raise Broken("it has a number that is not an integer")


def write_json(value):
    """Canonical JSON bytes of a parsed value (RFC 8785 for this subset)."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True,
                      separators=(",", ":")).encode("utf-8")


def read_json(data):
    """Parse canonical JSON; refuse it unless writing it again gives the same bytes."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_members, parse_int=_integer,
                           parse_float=_no_such_number, parse_constant=_no_such_number)
        again = write_json(value)
    except Broken:
        raise
    except UnicodeError:
        raise Broken("it is not valid UTF-8")
    except (RecursionError, MemoryError):
        raise Broken("it is nested too deeply")
    except ValueError:
        raise Broken("it is not JSON")
    if again != data:
        raise Broken("it is not canonical JSON (written again, its bytes differ)")
    return value


def is_int(value):
    """A JSON integer (in Python, true and false would pass for 1 and 0)."""
    return type(value) is int


def has_keys(value, keys, optional=()):
    """An object with exactly these keys, and perhaps the optional ones."""
    return (isinstance(value, dict) and set(keys) <= set(value)
            and set(value) <= set(keys) | set(optional))


def is_time(text):
    """UTC to the second, `2026-01-31T09:00:00Z`, a date that exists."""
    if not isinstance(text, str) or not TIME.match(text):
        return False
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return False
    return True


# --- hashing: journal.md "Hashing", entry.md "Three tiers" --------------------

def leaf_hash(entry):
    """leaf = H(0x00 || entry)."""
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    """node = H(0x01 || left || right)."""
    return sha256(b"\x01" + left + right)


def commitment(label, salt, value):
    """commitment(label, salt, value) = H(label || 0x0A || salt || value)."""
    return sha256(label.encode("ascii") + b"\n" + salt + value)


def path_leads(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2: does the inclusion path lead from leaf to root?"""
    if not 0 <= index < size:
        return False
    fn, sn, hash_ = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            hash_ = node_hash(step, hash_)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            hash_ = node_hash(hash_, step)
        fn >>= 1
        sn >>= 1
    return sn == 0 and hash_ == root


# --- signatures ---------------------------------------------------------------

class Ed25519:
    """Checks Ed25519 signatures by `openssl pkeyutl`; each check is made once."""

    SPKI = bytes.fromhex("302a300506032b6570032100")    # the key's 32 bytes follow (RFC 8410)

    def __init__(self):
        self.answers = {}
        self.folder = tempfile.TemporaryDirectory(prefix="verify-")
        self.self_test()

    def close(self):
        self.folder.cleanup()

    def _file(self, name, data):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as out:
            out.write(data)
        return path

    def _ask(self, key, message, signature):
        pem = (b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(self.SPKI + key)
               + b"\n-----END PUBLIC KEY-----\n")
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin",
                   "-inkey", self._file("key.pem", pem),
                   "-in", self._file("message", message),
                   "-sigfile", self._file("signature", signature)]
        try:
            return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=60).returncode == 0
        except (OSError, subprocess.SubprocessError) as problem:
            raise Unable("the program openssl cannot be run (%s)" % why(problem))

    def _run(self, *command):
        try:
            return subprocess.run(("openssl",) + command, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60,
                                  env=dict(os.environ, LC_ALL="C", TZ="UTC"))
        except (OSError, subprocess.SubprocessError) as problem:
            raise Unable("the program openssl cannot be run (%s)" % why(problem))

    def stamped(self, token, data, roots, others):
        """The time of an RFC 3161 response over data, judged at that time; None if it does not hold."""
        response = self._file("token.tsr", token)
        shown_text = self._run("ts", "-reply", "-in", response, "-text").stdout.decode("utf-8", "replace")
        match = re.search(r"^Time stamp: (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d)(\.\d+)? (\d{4}) GMT", shown_text, re.M)
        months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
        if not match or match.group(1) not in months:
            return None
        month, day, hour, minute, second, _, year = match.groups()
        at = calendar.timegm((int(year), months.index(month) + 1, int(day), int(hour), int(minute), int(second)))
        held = self._run("ts", "-verify", "-in", response, "-data", self._file("stamped", data),
                         "-CAfile", self._file("roots.pem", roots),
                         "-untrusted", self._file("others.pem", others), "-attime", str(at))
        if held.returncode != 0:
            return None
        return "%s-%02d-%02dT%s:%s:%sZ" % (year, months.index(month) + 1, int(day), hour, minute, second)

    def holds(self, key, message, signature):
        """True if signature is key's over message."""
        if len(key) != 32 or len(signature) != 64:
            return False
        question = (key, sha256(message), signature)
        if question not in self.answers:
            self.answers[question] = self._ask(key, message, signature)
        return self.answers[question]

    def self_test(self):
        """RFC 8032 section 7.1, test 2: openssl must accept it, and refuse a change."""
        key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        if not self.holds(key, b"\x72", signature) or self.holds(key, b"\x73", signature):
            raise Unable("this openssl cannot check Ed25519 signatures; version 3.0 or newer does")


def key_id(name, kind, key):
    """Key id = H(name || 0x0A || type || key)[:4] (journal.md, "Checkpoints")."""
    return sha256(name + b"\n" + bytes([kind]) + key)[:4]


class VKey:
    """A signed-note verifier key, `name+hex key id+base64(type || key)`."""

    def __init__(self, text, kind):
        parts = text.split(b"+", 2)
        if len(parts) != 3 or not re.match(rb"[0-9a-f]{8}\Z", parts[1]):
            raise Broken("a verifier key is not NAME+ID+KEY")
        raw = from_base64(parts[2], "a verifier key")
        if len(raw) != 33 or raw[0] != kind:
            raise Broken("a verifier key is not of type 0x%02x with 32 bytes" % kind)
        self.text, self.name, self.key = text, parts[0], raw[1:]
        self.id = bytes.fromhex(parts[1].decode("ascii"))
        if not note_name(self.name):
            raise Broken("a verifier key's name is empty or has spaces")
        if self.id != key_id(self.name, kind, self.key):
            raise Broken("the key id of \"%s\" does not fit its key" % shown(self.name))


def note_name(name):
    """C2SP signed-note: a key name is not empty and has no spaces and no plus."""
    try:
        text = name.decode("utf-8")
    except UnicodeError:
        return False
    return bool(text) and not any(c.isspace() or c == "+" or c < " " for c in text)


class Policy:
    """A C2SP tlog-policy: logs, witnesses, groups, and the quorum."""

    def __init__(self, data):
        self.logs = []                  # VKey
        self.witnesses = []             # (name in the policy, VKey), in the file's order
        self.rules = {}                 # name -> None (a witness) or (threshold, members)
        self.quorum = None
        self.members = set()
        if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data):
            raise Broken("it has a control character")
        if data and not data.endswith(b"\n"):
            raise Broken("its last line does not end")
        for line in data.split(b"\n"):
            words = re.split(rb"[ \t]+", line.strip(b" \t"))
            if words[0] and not words[0].startswith(b"#"):
                self._line(words)
        if self.quorum is None:
            raise Broken("it has no quorum line")

    def _line(self, words):
        if words[0] == b"log" and len(words) in (2, 3):
            self._log(VKey(words[1], 0x01))
        elif words[0] == b"witness" and len(words) in (3, 4):
            self._witness(words[1], VKey(words[2], 0x04))
        elif words[0] == b"group" and len(words) >= 4:
            self._group(words[1], words[2], words[3:])
        elif words[0] == b"quorum" and len(words) == 2:
            self._quorum(words[1])
        else:
            raise Broken("it has a line that is none of a policy's: \"%s\"" % shown(b" ".join(words)))

    def _log(self, vkey):
        if any(vkey.key == other.key for other in self.logs):
            raise Broken("it names one log twice")
        self.logs.append(vkey)

    def _new_name(self, name):
        if name == b"none" or name in self.rules:
            raise Broken("the name \"%s\" is taken" % shown(name))

    def _witness(self, name, vkey):
        self._new_name(name)
        if any(vkey.key == other.key for _, other in self.witnesses):
            raise Broken("it names one witness twice")
        self.witnesses.append((name, vkey))
        self.rules[name] = None

    def _group(self, name, threshold, members):
        self._new_name(name)
        for member in members:
            if member not in self.rules or member in self.members:
                raise Broken("group \"%s\" has a member that is unknown or a member already"
                             % shown(name))
            self.members.add(member)
        least = {b"any": 1, b"all": len(members)}.get(threshold)
        if least is None:
            least = int(threshold) if re.match(rb"[1-9][0-9]{0,3}\Z", threshold) else 0
        if not 1 <= least <= len(members):
            raise Broken("group \"%s\" has a threshold it cannot have" % shown(name))
        self.rules[name] = (least, members)

    def one_form(self):
        """The text that Oyer writes for this policy: logs, witnesses, groups, quorum; no addresses."""
        out = [b"log " + log.text for log in self.logs]
        out += [b"witness " + name + b" " + vkey.text for name, vkey in self.witnesses]
        out += [b"group " + name + b" %d " % rule[0] + b" ".join(rule[1])
                for name, rule in self.rules.items() if rule]
        return b"".join(line + b"\n" for line in out + [b"quorum " + self.quorum])

    def _quorum(self, name):
        if self.quorum is not None:
            raise Broken("it has two quorum lines")
        if name != b"none" and name not in self.rules:
            raise Broken("its quorum names nothing that stands above")
        self.quorum = name

    def met(self, signed):
        """Is the quorum met when the witnesses named in `signed` have signed?"""
        if self.quorum == b"none":
            return True
        done = set()
        for name, rule in self.rules.items():        # members always stand before their group
            if rule is None:
                if name in signed:
                    done.add(name)
            elif sum(member in done for member in rule[1]) >= rule[0]:
                done.add(name)
        return self.quorum in done


class Checkpoint:
    """proof/checkpoint: a signed note over three lines (journal.md, "Checkpoints")."""

    def __init__(self, data):
        self.data = data
        head, gap, tail = data.partition(b"\n\n")
        if not gap:
            raise Broken("it has no empty line between text and signatures")
        self.text = head + b"\n"
        lines = head.split(b"\n")
        if len(lines) != 3:
            raise Broken("its text has %d lines, not three" % len(lines))
        self.origin = lines[0]
        if not note_name(self.origin):
            raise Broken("its origin is not a name")
        if not DECIMAL.match(lines[1]):
            raise Broken("its size is not a plain decimal number")
        self.size = int(lines[1])
        self.root = from_base64(lines[2], "its root")
        if len(self.root) != 32:
            raise Broken("its root is not 32 bytes")
        self.signatures = self._signatures(tail)

    @staticmethod
    def _signatures(tail):
        """The lines `— <name> <base64(key id || signature)>`."""
        if not tail.endswith(b"\n"):
            raise Broken("it has no signature, or its last line does not end")
        result = []
        for line in tail[:-1].split(b"\n"):
            words = line.split(b" ")
            if len(words) != 3 or words[0] != b"\xe2\x80\x94" or not note_name(words[1]):
                raise Broken("it has a line that is no signature line")
            raw = from_base64(words[2], "a signature line")
            result.append((words[1], raw[:4], raw[4:]))
        return result

    def signed_by_log(self, vkey, ed25519):
        """The first line is the log's signature over the text."""
        name, id_, signature = self.signatures[0]
        return (name == vkey.name and id_ == vkey.id
                and ed25519.holds(vkey.key, self.text, signature))

    def cosigned_by(self, vkey, signature, ed25519):
        """cosignature/v1: uint64 time || signature over a two-line header and the text."""
        if len(signature) != 72:
            return False
        time = int.from_bytes(signature[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % time + self.text
        return time < 2 ** 63 and ed25519.holds(vkey.key, message, signature[8:])


# --- the bag as it lies on the disk -------------------------------------------

class Bag:
    """The files of the bag: found by listing, hashed, never found by a name from inside."""

    def __init__(self, root):
        self.root = root
        self.files = {}         # path -> (size, SHA-256 hex, SHA-512 hex)
        self.strangers = []     # (path, what it is)

    def _open(self, path):
        """Open a regular file of the bag without following a link or waiting on a pipe."""
        flags = os.O_RDONLY
        for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
            flags |= getattr(os, flag, 0)
        handle = os.open(os.path.join(self.root, *path.split("/")), flags)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Fault(shown(path), "it is not a plain file")
        return os.fdopen(handle, "rb")

    def read(self, path, limit):
        """A whole file of at most `limit` bytes."""
        if path not in self.files:
            raise Fault(path, "it is missing")
        try:
            with self._open(path) as stream:
                data = stream.read(limit + 1)
        except (OSError, ValueError) as problem:
            raise Fault(path, "it cannot be read (%s)" % why(problem))
        if len(data) > limit:
            raise Fault(path, "it is larger than %d bytes, too large for what it should be" % limit)
        return data

    def _hash(self, path):
        first, second, size = hashlib.sha256(), hashlib.sha512(), 0
        with self._open(path) as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                first.update(block)
                second.update(block)
                size += len(block)
        self.files[path] = (size, first.hexdigest(), second.hexdigest())

    def look(self, folder=""):
        """List one directory of the layout; return how many things lie in it."""
        where = os.path.join(self.root, folder) if folder else self.root
        count = 0
        try:
            with os.scandir(where) as listing:
                for item in sorted(listing, key=lambda found: os.fsencode(found.name)):
                    count += 1
                    self._item(folder, item.name)
        except OSError as problem:
            self.strangers.append((folder or ".", "it cannot be listed (%s)" % why(problem)))
        if folder and not count:
            self.strangers.append((folder, "it is an empty directory"))
        return count

    def _item(self, folder, name):
        path = folder + "/" + name if folder else name
        try:
            mode = os.lstat(os.path.join(self.root, path)).st_mode
            if stat.S_ISLNK(mode):
                self.strangers.append((path, "it is a symbolic link"))
            elif stat.S_ISDIR(mode):
                if folder or name not in DIRECTORIES:
                    self.strangers.append((path, "it is a directory that no dossier has"))
                else:
                    self.look(name)
            elif not stat.S_ISREG(mode):
                self.strangers.append((path, "it is not a plain file"))
            elif not (path in ALLOWED or DATA_FILE.match(path) or PROOF_FILE.match(path)
                      or TOKEN_FILE.match(path)):
                self.strangers.append((path, "it is a file that no dossier has at this place"))
            else:
                self._hash(path)
        except Fault as fault:
            self.strangers.append((path, fault.sentence))
        except (OSError, ValueError) as problem:
            self.strangers.append((path, "it cannot be read (%s)" % why(problem)))


def manifest_path(raw):
    """A path of a manifest, its %0A, %0D and %25 undone (RFC 8493 section 2.1.3)."""
    def undo(match):
        code = match.group(0).upper()
        if code not in (b"%0A", b"%0D", b"%25"):
            raise Broken("a path has a %% that is not %%0A, %%0D or %%25: \"%s\"" % shown(raw))
        return bytes([int(code[1:], 16)])
    path = os.fsdecode(re.sub(rb"%.{0,2}", undo, raw, flags=re.S))
    parts = re.split(r"[/\\]", path)
    if path.startswith(("/", "\\", "~")) or ".." in parts or re.match(r"[A-Za-z]:", path):
        raise Broken("the path \"%s\" leads out of the bag" % shown(path))
    if "." in parts or "" in parts:
        raise Broken("the path \"%s\" is not written plainly" % shown(path))
    return path


def read_manifest(data, digits):
    """Lines `<hex>  <path>`, sorted by path bytes; returns {path: hex} and what is wrong."""
    listed, wrong, before = {}, [], None
    lines = data.split(b"\n")
    if lines.pop() != b"" or not lines:
        wrong.append("its last line does not end, or it is empty")
    form = re.compile(rb"([0-9a-f]{%d})  ([^\x00\r\n]{1,4096})\Z" % digits)
    for number, line in enumerate(lines, 1):
        match = form.match(line)
        if not match or match.group(2).startswith((b" ", b"*", b"\t")):
            wrong.append("line %d is not <hex>, two spaces, <path>" % number)
            continue
        raw = match.group(2)
        if before is not None and raw <= before:
            wrong.append("line %d is not in the order of the paths' bytes" % number)
        before = raw
        try:
            path = manifest_path(raw)
        except Broken as broken:
            wrong.append("line %d: %s" % (number, broken))
            continue
        if path in listed:
            wrong.append("line %d lists \"%s\" a second time" % (number, shown(path)))
        listed[path] = match.group(1).decode("ascii")
    return listed, wrong


# --- entries ------------------------------------------------------------------

class Entry:
    """One disclosed entry and what the steps have found out about it."""

    def __init__(self, id_, raw):
        self.id = id_
        self.file = "proof/%s.entry" % id_
        self.raw = raw
        self.leaf = leaf_hash(raw)
        self.index = None           # place in the log, once the tlog-proof holds
        self.sealed = None          # True, False, or None when it is neither
        self.commitment = None      # of a sealed entry
        self.segment = False        # a sealed entry with "s", that is a closing one
        self.body = None            # the canonical body, once it holds
        self.values = {}            # opened values whose commitments hold

    @property
    def type(self):
        return self.body["t"] if self.body else None

    @property
    def closing(self):
        """Is it the closing entry of a submission?"""
        return self.type == "submission/1" if self.body else self.segment


def check_body(body, case, log):
    """entry.md, "The body": exactly these keys, of this case and this log."""
    if not has_keys(body, ("case", "d", "log", "n", "t"), ("sup",)):
        raise Broken("the body does not have the keys case, d, log, n, t (and sup)")
    from_b64u(body["case"], 16, "the body's case")
    from_b64u(body["n"], 16, "the body's nonce")
    if case is not None and body["case"] != case:
        raise Broken("the body is of another case")
    if log is not None and body["log"] != log:
        raise Broken("the body is of another log")
    if not isinstance(body["t"], str) or not TYPE.match(body["t"]):
        raise Broken("the body's type is not a versioned type")
    if not isinstance(body["d"], dict):
        raise Broken("the body's data is not an object")
    if "sup" in body:
        check_sup(body["sup"])


def check_sup(sup):
    """entry.md, "The body": a sorted array of whole ids; absent when empty."""
    if not isinstance(sup, list) or not sup or not all(
            isinstance(id_, str) and WHOLE_ID.match(id_) for id_ in sup):
        raise Broken("the body's sup is not a list of ids")
    if sorted(set(sup)) != sup:
        raise Broken("the body's sup is not sorted")


def check_closing(d):
    """entry.md, "Submissions": the data of a closing body."""
    if not has_keys(d, ("act", "actor", "compartment", "count", "purpose", "root", "sig", "time"),
                    ("via",)):
        raise Broken("the closing body does not have the data of submission/1")
    from_b64u(d["act"], 16, "act")
    from_b64u(d["actor"], 32, "actor")
    from_b64u(d["root"], 32, "root")
    from_b64u(d["sig"], 64, "sig")
    if not is_int(d["count"]) or d["count"] < 1:
        raise Broken("count is not a number from 1")
    if not is_time(d["time"]):
        raise Broken("time is not a time in UTC to the second")
    if not isinstance(d["purpose"], str):
        raise Broken("purpose is not a text")
    place = d["compartment"]
    if not isinstance(place, str) or not (
            place in ("open", "base") or (place.startswith("bx-") and WHOLE_ID.match(place))):
        raise Broken("compartment is not the id of a compartment, \"open\" or \"base\"")
    if d.get("via", "server") != "server":
        raise Broken("via is not \"server\"")


def read_tlog_proof(data):
    """C2SP tlog-proof (journal.md, "Proofs"): index, hashes, checkpoint bytes."""
    head, gap, checkpoint = data.partition(b"\n\n")
    lines = head.split(b"\n")
    if not gap or lines[0] != b"c2sp.org/tlog-proof@v1" or len(lines) < 2:
        raise Broken("it is not a c2sp.org/tlog-proof@v1")
    if not lines[1].startswith(b"index ") or not DECIMAL.match(lines[1][6:]):
        raise Broken("its second line is not an index")
    if len(lines) - 2 > PATH_HASHES:
        raise Broken("it has more hashes than any tree needs")
    hashes = [from_base64(line, "a hash") for line in lines[2:]]
    if any(len(hash_) != 32 for hash_ in hashes):
        raise Broken("it has a hash that is not 32 bytes")
    return int(lines[1][6:]), hashes, checkpoint


class Check:
    """dossier.md, "The check", steps 1 to 8, in order."""

    def __init__(self, root, anchor, ed25519):
        self.bag = Bag(root)
        self.anchor = anchor            # a Policy or None
        self.ed25519 = ed25519
        self.report = Report()
        self.index = None               # proof/index.json
        self.case = None
        self.log = None
        self.policy = None
        self.stamps = []                # (file, time, whether the anchor vouches for it)
        self.checkpoint = None
        self.log_key = None             # the one log of proof/policy
        self.entries = {}               # id -> Entry
        self.closing_of = {}            # id of an entry -> id of its closing entry, path held
        self.enrolled = {}              # key -> lowest log index of a good enrolment
        self.behind = set()             # ids of entries behind a file
        self.counts = dict(files=0, entries=0, openings=0, submissions=0, actors=0,
                           tag_files=0, cosignatures=0)

    def fault(self, step, file, sentence):
        self.report.add(step, file, sentence)

    def run(self):
        """All steps; a surprise in one becomes a fault and not a traceback."""
        steps = (self.form, self.log_step, self.each_entry, self.each_opening,
                 self.each_submission, self.each_actor, self.each_file, self.anchor_step)
        for number, step in enumerate(steps, 1):
            try:
                step()
            except Unable:
                raise
            except Fault as fault:
                self.report.take(number, fault)
            except Exception as problem:            # never a traceback on a hostile bag
                self.fault(number, "the bag", "step %d could not be carried out (%s)"
                           % (number, type(problem).__name__))

    def each(self, step, entries, function):
        """Apply function to each entry; every Fault is recorded, none stops the rest."""
        for entry in entries:
            try:
                function(entry)
            except Fault as fault:
                self.report.take(step, fault)

    # 1 -- Form

    def form(self):
        """1. bagit.txt, manifests complete, sorted, both algorithms, no other file, digests."""
        self.bag.look()
        for path, what in self.bag.strangers:
            self.fault(1, shown(path), what)
        for path in NEEDED:
            if path not in self.bag.files:
                self.fault(1, path, "it is missing")
        data = {path for path in self.bag.files if path.startswith("data/")}
        if not data:
            self.fault(1, "data", "there is no file in it")
        tags = set(self.bag.files) - data - set(TAG_MANIFESTS)
        for name, files, column, digits in (
                (MANIFESTS[0], data, 1, 64), (MANIFESTS[1], data, 2, 128),
                (TAG_MANIFESTS[0], tags, 1, 64), (TAG_MANIFESTS[1], tags, 2, 128)):
            self.guard(1, lambda: self.manifest(name, files, column, digits))
        self.guard(1, self.bagit_txt)
        self.guard(1, lambda: self.bag_info(data))
        self.counts["files"] = len(data)
        self.counts["tag_files"] = len(tags)

    def guard(self, step, function):
        try:
            function()
        except Fault as fault:
            self.report.take(step, fault)

    def manifest(self, name, files, column, digits):
        """One manifest against the files that are there."""
        if name not in self.bag.files:
            return
        listed, wrong = read_manifest(self.bag.read(name, MANIFEST_LIMIT), digits)
        for sentence in wrong:
            self.fault(1, name, sentence)
        for path in sorted(set(listed) - files):
            self.fault(1, name, "it lists \"%s\", which is not there or has no place in this manifest"
                       % shown(path))
        for path in sorted(files - set(listed)):
            self.fault(1, name, "it does not list %s" % path)
        for path in sorted(files & set(listed)):
            if listed[path] != self.bag.files[path][column]:
                self.fault(1, path, "its digest is not the one in %s" % name)

    def bagit_txt(self):
        """bagit.txt has exactly these two lines."""
        if self.bag.read("bagit.txt", 4096) != (
                b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"):
            raise Fault("bagit.txt", "it is not exactly the two lines of BagIt 1.0 in UTF-8")

    def bag_info(self, data):
        """bag-info.txt: the five labels; Payload-Oxum counts octets and files (RFC 8493)."""
        name = "bag-info.txt"
        try:
            text = self.bag.read(name, 1 << 20).decode("utf-8")
        except UnicodeError:
            raise Fault(name, "it is not valid UTF-8")
        lines = [line.partition(": ") for line in text.split("\n")[:-1]]
        if not text.endswith("\n") or "\r" in text or any(not value for _, _, value in lines):
            raise Fault(name, "it has a line that is not \"Label: value\"")
        if tuple(label for label, _, _ in lines) != BAG_INFO:
            raise Fault(name, "its labels are not " + ", ".join(BAG_INFO))
        found = {label: value for label, _, value in lines}
        oxum = "%d.%d" % (sum(self.bag.files[path][0] for path in data), len(data))
        if found["Payload-Oxum"] != oxum:
            raise Fault(name, "Payload-Oxum is not %s, which the files of data/ have" % oxum)
        if not is_time(found["Bagging-Date"] + "T00:00:00Z"):
            raise Fault(name, "Bagging-Date is not a date")

    # 2 -- Log

    def log_step(self):
        """2. One log line; three lines of text; signature; origin; witness lines."""
        self.guard(2, self.read_index)
        self.guard(2, self.read_policy)
        self.guard(2, self.read_checkpoint)
        if self.checkpoint and self.log_key:
            self.guard(2, self.log_signature)
            self.guard(2, self.witness_lines)
        self.guard(2, self.time_tokens)

    def time_tokens(self):
        """RFC 3161 tokens over the checkpoint's bytes, each valid at its own time."""
        tokens = sorted(path for path in self.bag.files if TOKEN_FILE.match(path))
        chain = "proof/chain.pem"
        if bool(tokens) != (chain in self.bag.files):
            raise Fault(chain, "it is missing, but there are time tokens" if tokens
                        else "it belongs to no time token")
        if not tokens:
            return
        note, pem = self.bag.read("proof/checkpoint", CHECKPOINT_LIMIT), self.bag.read(chain, POLICY_LIMIT)
        anchors = self.anchor.authorities if self.anchor else b""
        for path in tokens:
            token = self.bag.read(path, POLICY_LIMIT)
            time = self.ed25519.stamped(token, note, pem, pem)
            if time is None:
                self.fault(2, path, "it is no valid time token over proof/checkpoint")
                continue
            vouched = bool(anchors) and self.ed25519.stamped(token, note, anchors, pem) is not None
            self.stamps.append((path, time, vouched))

    def read_index(self):
        """dossier.md, "proof/": the form of index.json."""
        name = "proof/index.json"
        try:
            index = read_json(self.bag.read(name, INDEX_LIMIT))
            if not has_keys(index, ("case", "files", "log", "v")) or not is_int(index["v"]) \
                    or index["v"] != 1:
                raise Broken("it is not {case, files, log, v} with v 1")
            from_b64u(index["case"], 16, "its case")
            if not isinstance(index["log"], str) or not isinstance(index["files"], list):
                raise Broken("its log is not a text or its files no list")
        except Broken as broken:
            raise Fault(name, str(broken))
        self.index, self.case, self.log = index, index["case"], index["log"]

    def read_policy(self):
        name = "proof/policy"
        try:
            data = self.bag.read(name, POLICY_LIMIT)
            policy = Policy(data)
            if policy.one_form() != data:
                raise Broken("it is not in the one form that a dossier has")
        except Broken as broken:
            raise Fault(name, str(broken))
        if len(policy.logs) != 1:
            raise Fault(name, "it has %d log lines, not one" % len(policy.logs))
        self.policy, self.log_key = policy, policy.logs[0]

    def read_checkpoint(self):
        name = "proof/checkpoint"
        try:
            self.checkpoint = Checkpoint(self.bag.read(name, CHECKPOINT_LIMIT))
        except Broken as broken:
            raise Fault(name, str(broken))

    def log_signature(self):
        name, origin = "proof/checkpoint", self.checkpoint.origin
        if origin != self.log_key.name:
            self.fault(2, name, "its origin is not the name of the key in proof/policy")
        if self.log is not None and origin != self.log.encode("utf-8"):
            self.fault(2, name, "its origin is not the log of proof/index.json")
        if not self.checkpoint.signed_by_log(self.log_key, self.ed25519):
            raise Fault(name, "its first signature line is not a valid signature of the log's key "
                              "in proof/policy")

    def witness_lines(self):
        """After the log's line: witnesses of the policy, in its order, all valid; the quorum."""
        name = "proof/checkpoint"
        order = [(vkey.name, vkey.id) for _, vkey in self.policy.witnesses]
        before, signed = -1, set()
        for who, id_, signature in self.checkpoint.signatures[1:]:
            place = order.index((who, id_)) if (who, id_) in order else None
            if place is None:
                self.fault(2, name, "it has a line of \"%s\", whom proof/policy does not name"
                           % shown(who))
                continue
            if place <= before:
                self.fault(2, name, "the line of \"%s\" is not in the order of proof/policy"
                           % shown(who))
            before = place
            label, vkey = self.policy.witnesses[place]
            if self.checkpoint.cosigned_by(vkey, signature, self.ed25519):
                signed.add(label)
            else:
                self.fault(2, name, "the cosignature of \"%s\" is not valid" % shown(who))
        self.counts["cosignatures"] = len(signed)
        if not self.policy.met(signed):
            raise Fault(name, "the witnesses' lines do not meet the quorum of proof/policy")

    # 3 -- Each entry

    def each_entry(self):
        """3. Leaf hash; tlog-proof to the checkpoint's root; one id for one leaf."""
        kinds = {}
        for path in sorted(self.bag.files):
            match = PROOF_FILE.match(path)
            if match:
                kinds.setdefault(match.group(1), set()).add(match.group(2))
        for id_, found in kinds.items():
            if "entry" not in found:
                for kind in sorted(found):
                    self.fault(3, "proof/%s.%s" % (id_, kind), "there is no entry %s" % id_)
            else:
                self.guard(3, lambda: self.load_entry(id_))
        leaves = {}
        for entry in self.entries.values():
            first = leaves.setdefault(entry.leaf, entry.id)
            if first != entry.id:
                self.fault(3, entry.file, "it is the same entry as %s under another id" % first)
        self.each(3, self.entries.values(), self.tlog_proof)
        self.counts["entries"] = len(self.entries)

    def load_entry(self, id_):
        raw = self.bag.read("proof/%s.entry" % id_, ENTRY_LIMIT)
        self.entries[id_] = Entry(id_, raw)
        if not raw:
            raise Fault("proof/%s.entry" % id_, "it is empty")

    def tlog_proof(self, entry):
        name = "proof/%s.tlog-proof" % entry.id
        try:
            index, hashes, checkpoint = read_tlog_proof(self.bag.read(name, PROOF_LIMIT))
        except Broken as broken:
            raise Fault(name, str(broken))
        if self.checkpoint is None:
            raise Fault(name, "without a readable proof/checkpoint, entry %s cannot be placed"
                        % entry.id)
        if checkpoint != self.checkpoint.data:
            self.fault(3, name, "its checkpoint is not proof/checkpoint byte for byte")
        if not path_leads(entry.leaf, index, self.checkpoint.size, hashes, self.checkpoint.root):
            raise Fault(name, "its path does not lead from entry %s at index %d to the "
                              "checkpoint's root" % (entry.id, index))
        entry.index = index

    # 4 -- Each opening

    def each_opening(self):
        """4. Openings fit commitments; bodies are canonical, of this case and log; values."""
        self.each(4, self.entries.values(), self.tier)

    def tier(self, entry):
        """entry.md, "Three tiers": open (the body itself) or one of the two sealed forms."""
        try:
            value = read_json(entry.raw)
            sealed = has_keys(value, ("c", "v"), ("s",))
            if sealed:
                if not is_int(value["v"]) or value["v"] != 1:
                    raise Broken("a sealed entry's v is not 1")
                entry.commitment = from_b64u(value["c"], 32, "c")
                entry.segment = "s" in value
                if entry.segment:
                    from_b64u(value["s"], 32, "s")
            else:
                self.accept_body(entry, entry.raw, value)
        except Broken as broken:
            raise Fault(entry.file, str(broken))
        entry.sealed = sealed
        opening = "proof/%s.opening" % entry.id
        if not sealed:
            if opening in self.bag.files:
                raise Fault(opening, "entry %s is open and has nothing to be opened" % entry.id)
        else:
            self.opening(entry, opening)

    def accept_body(self, entry, raw, body):
        if len(raw) > BODY_LIMIT:
            raise Broken("the body is larger than %d bytes" % BODY_LIMIT)
        check_body(body, self.case, self.log)
        entry.body = body

    def opening(self, entry, name):
        """The opening of a sealed entry: body, salt, and the values this edition discloses."""
        try:
            opening = read_json(self.bag.read(name, OPENING_LIMIT))
            if not has_keys(opening, ("body", "salt", "values")):
                raise Broken("it is not {body, salt, values}")
            if not isinstance(opening["body"], str) or not isinstance(opening["values"], dict):
                raise Broken("its body is not a text or its values no object")
            salt = from_b64u(opening["salt"], 32, "its salt")
            raw = opening["body"].encode("utf-8")
            if commitment("oyer/body/1", salt, raw) != entry.commitment:
                raise Broken("its body and salt do not give the commitment c of entry %s" % entry.id)
            self.accept_body(entry, raw, read_json(raw))
        except Broken as broken:
            raise Fault(name, str(broken))
        self.counts["openings"] += 1
        if entry.segment != (entry.type == "submission/1"):
            self.fault(4, entry.file, "a closing entry shows its segment's digest, and no other does")
        for key, pair in sorted(opening["values"].items()):
            try:
                self.value(entry, key, pair)
            except Broken as broken:
                self.fault(4, name, "the value \"%s\": %s" % (shown(key), broken))

    @staticmethod
    def value(entry, key, pair):
        """A disclosed value's commitment stands in the body's d under the same key."""
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
            raise Broken("it is not [salt, value]")
        salt = from_b64u(pair[0], 32, "its salt")
        if not key or "\n" in key:
            raise Broken("its key cannot be part of a label")
        found = commitment("oyer/value/1/" + key, salt, pair[1].encode("utf-8"))
        if entry.body["d"].get(key) != {"c": b64u(found)}:
            raise Broken("its commitment does not stand in the body of entry %s" % entry.id)
        entry.values[key] = pair[1]

    # 5 -- Each submission

    def each_submission(self):
        """5. Path to root; the closing body's signature; the log indices."""
        closings = [entry for entry in self.entries.values() if entry.closing]
        self.each(5, closings, self.closing)
        self.no_overlap(closings)
        others = [entry for entry in self.entries.values() if not entry.closing]
        self.each(5, others, self.membership)
        self.counts["submissions"] = len(closings)

    def closing(self, entry):
        """A closing entry: its data, its signature, its place."""
        name = "proof/%s.submission" % entry.id
        if name in self.bag.files:
            self.fault(5, name, "entry %s closes a submission and is in none" % entry.id)
        if entry.body is None:
            raise Fault(entry.file, "its closing body is not known")
        d = entry.body["d"]
        try:
            check_closing(d)
        except Broken as broken:
            entry.body = None
            raise Fault(entry.file, str(broken))
        unsigned = dict(entry.body, d={key: value for key, value in d.items() if key != "sig"})
        if not self.ed25519.holds(from_b64u(d["actor"], 32, "actor"),
                                  b"oyer/submission/1\n" + write_json(unsigned),
                                  from_b64u(d["sig"], 64, "sig")):
            self.fault(5, entry.file, "the signature of its closing body does not verify under "
                                      "its actor's key")
        if entry.index is not None and entry.index < d["count"]:
            self.fault(5, entry.file, "it stands at index %d, where %d entries before it do not fit"
                       % (entry.index, d["count"]))

    def no_overlap(self, closings):
        """A submission is contiguous in the log, so two of them never overlap."""
        placed = sorted((entry for entry in closings if entry.body and entry.index is not None),
                        key=lambda entry: entry.index)
        for before, entry in zip(placed, placed[1:]):
            if entry.index - entry.body["d"]["count"] <= before.index:
                self.fault(5, entry.file, "its submission overlaps the one closed by %s" % before.id)

    def membership(self, entry):
        """`<id>.submission`: the entry's place and path in its submission's tree."""
        name = "proof/%s.submission" % entry.id
        try:
            place = read_json(self.bag.read(name, SUBMISSION_LIMIT))
            if not has_keys(place, ("closing", "index", "path")) or not is_int(place["index"]) \
                    or not isinstance(place["path"], list) or len(place["path"]) > PATH_HASHES:
                raise Broken("it is not {closing, index, path}")
            path = [from_b64u(hash_, 32, "a hash of its path") for hash_ in place["path"]]
        except Broken as broken:
            raise Fault(name, str(broken))
        closing = self.entries.get(place["closing"]) if isinstance(place["closing"], str) else None
        if closing is None or not closing.closing:
            raise Fault(name, "its closing is no disclosed closing entry")
        if closing.body is None:
            raise Fault(name, "the closing body of %s is not known" % closing.id)
        d = closing.body["d"]
        if not path_leads(entry.leaf, place["index"], d["count"], path,
                          from_b64u(d["root"], 32, "root")):
            raise Fault(name, "its path does not lead from entry %s to the root of a submission "
                              "with %d entries" % (entry.id, d["count"]))
        self.closing_of[entry.id] = closing.id
        if entry.index is not None and closing.index is not None and \
                entry.index + d["count"] - place["index"] != closing.index:
            raise Fault(name, "the indices in the log of entry %s and of its closing entry %s do "
                              "not fit" % (entry.id, closing.id))

    # 6 -- Each actor

    def each_actor(self):
        """6. Each signing key was enrolled; the first enrolment is signed by itself."""
        enrolments = sorted((entry for entry in self.entries.values()
                             if entry.type == "key.enrol/1" and entry.index is not None),
                            key=lambda entry: entry.index)
        for number, entry in enumerate(enrolments):
            self.guard(6, lambda: self.enrolment(entry, number == 0))
        signers = {}
        for entry in self.entries.values():
            if entry.closing and entry.body and entry.index is not None:
                signers.setdefault(entry.body["d"]["actor"], []).append(entry)
        for key, closings in signers.items():
            for entry in closings:
                if key not in self.enrolled:
                    self.fault(6, entry.file, "no disclosed and valid key.enrol/1 names the key "
                                              "that signed it")
                elif self.enrolled[key] > entry.index:
                    self.fault(6, entry.file, "the key that signed it was enrolled only after it")
        self.counts["actors"] = len(signers)

    def enrolment(self, entry, first):
        """One key.enrol/1: signed by an enrolled key; the first by itself, in the first submission."""
        key = entry.body["d"].get("key")
        try:
            from_b64u(key, 32, "its key")
        except Broken as broken:
            raise Fault(entry.file, str(broken))
        closing = self.entries.get(self.closing_of.get(entry.id))
        if closing is None or closing.index is None or closing.body is None:
            raise Fault(entry.file, "the submission that enrols a key is not proved")
        signer = closing.body["d"]["actor"]
        if first:
            if signer != key:
                raise Fault(entry.file, "it is the first key.enrol/1 and is not signed by the key "
                                        "it enrols")
            if closing.index != closing.body["d"]["count"]:
                raise Fault(entry.file, "it is the first key.enrol/1 and does not stand in the "
                                        "log's first submission")
        elif self.enrolled.get(signer, closing.index) >= closing.index:
            raise Fault(entry.file, "the key that signed this key.enrol/1 was not enrolled before")
        self.enrolled.setdefault(key, entry.index)

    # 7 -- Each file

    def each_file(self):
        """7. The digest of the entry behind each file is the file's; nothing is left over."""
        name = "proof/index.json"
        if self.index is None:
            raise Fault(name, "without it no file can be checked against its entry")
        files, times, before = {}, {}, ""
        for number, item in enumerate(self.index["files"], 1):
            if not has_keys(item, ("entry", "file")) or not isinstance(item["entry"], str) \
                    or not isinstance(item["file"], str) or not DATA_FILE.match(item["file"]):
                self.fault(7, name, "its file %d is not {entry, file} with a file of data/" % number)
                continue
            if item["file"] <= before:
                self.fault(7, name, "%s is not in order or stands twice" % item["file"])
            before = item["file"]
            files.setdefault(item["file"], item["entry"])
            times[item["entry"]] = times.get(item["entry"], 0) + 1
        data = {path for path in self.bag.files if path.startswith("data/")}
        for path in sorted(data - set(files)):
            self.fault(7, path, "proof/index.json does not name it")
        for path in sorted(set(files) - data):
            self.fault(7, name, "it names %s, which is not there" % path)
        for path in sorted(data & set(files)):
            self.guard(7, lambda: self.one_file(path, files[path], times))
        self.nothing_more()

    def one_file(self, path, id_, times):
        stem, extension = DATA_FILE.match(path).groups()
        entry = self.entries.get(id_)
        if entry is None:
            raise Fault(path, "the entry behind it, \"%s\", is not disclosed" % shown(id_))
        self.behind.add(id_)
        if stem != id_:
            self.fault(7, path, "it is not named after the entry behind it, %s" % id_)
        if entry.body is None:
            raise Fault(path, "the body of the entry behind it, %s, is not known" % id_)
        listed, wanted = digest_of(entry, extension, path)
        if times[id_] > 1 and not listed:
            self.fault(7, path, "entry %s stands behind several files and does not list them" % id_)
        if wanted != self.bag.files[path][1]:
            raise Fault(path, "its SHA-256 is not the digest in the entry behind it, %s" % id_)

    def nothing_more(self):
        """dossier.md, "Disclosed are": entries behind files, closings, enrolments of actors."""
        needed, waiting = set(), sorted(self.behind)
        enrolling = {}
        for entry in self.entries.values():
            if entry.type == "key.enrol/1" and isinstance(entry.body["d"].get("key"), str):
                enrolling.setdefault(entry.body["d"]["key"], []).append(entry.id)
        while waiting:
            id_ = waiting.pop()
            if id_ in needed:
                continue
            needed.add(id_)
            entry = self.entries[id_]
            if id_ in self.closing_of:
                waiting.append(self.closing_of[id_])
            if entry.closing and entry.body:
                waiting.extend(enrolling.get(entry.body["d"]["actor"], ()))
        for id_ in sorted(set(self.entries) - needed):
            self.fault(7, self.entries[id_].file, "no file and no other disclosed entry needs it")

    # 8 -- Anchor

    def anchor_step(self):
        """8. With --anchor: the log's key is in it, and its quorum is met."""
        if self.anchor is None:
            return
        name = "proof/checkpoint"
        if self.checkpoint is None:
            raise Fault(name, "there is no readable checkpoint to hold against the anchor")
        known = [vkey for vkey in self.anchor.logs if vkey.name == self.checkpoint.origin
                 and (self.log_key is None or vkey.key == self.log_key.key)]
        if not any(self.checkpoint.signed_by_log(vkey, self.ed25519) for vkey in known):
            self.fault(8, name, "it is not signed by a log's key that is in the anchor")
        signed = set()
        for label, vkey in self.anchor.witnesses:
            for who, id_, signature in self.checkpoint.signatures[1:]:
                if (who, id_) == (vkey.name, vkey.id) and \
                        self.checkpoint.cosigned_by(vkey, signature, self.ed25519):
                    signed.add(label)
        if not self.anchor.met(signed):
            self.fault(8, name, "the witnesses' lines do not meet the quorum of the anchor")
        if self.anchor.authorities and self.stamps and not any(vouched for _, _, vouched in self.stamps):
            self.fault(8, "proof", "no time token leads to a certificate of the anchor")

    # -- what came out

    @property
    def consistent(self):
        return not self.report.of(1, 2, 3, 4, 5, 6, 7)

    @property
    def authenticated(self):
        return self.anchor is not None and self.consistent and not self.report.of(8)

    def why_not_authenticated(self):
        if self.anchor is None:
            return ("no anchor was given: a forger could have made the whole bag, key included; "
                    "pass --anchor FILE with keys that came another way")
        if not self.consistent:
            return "the bag is not consistent, so the anchor proves nothing about it"
        return "the anchor does not vouch for this log (see the faults of step 8)"

    def dates(self):
        """The claimed dates of the submissions that brought the files in: first and last."""
        closings = {self.closing_of.get(id_) for id_ in self.behind} - {None}
        dates = sorted(self.entries[id_].body["d"]["time"][:10] for id_ in closings)
        return (dates[0], dates[-1]) if dates else None

    def statement(self):
        """The last line. No time token is read yet, so every date is a claim."""
        if self.report.faults or self.dates() is None:
            return None
        first, last = self.dates()
        date = first if first == last else "%s to %s" % (first, last)
        return ("unchanged since intake on %s (claimed); this says nothing about truth or origin"
                % date)


def digest_of(entry, extension, path):
    """(does the entry list several files?, the hex SHA-256 it gives for this extension)."""
    if entry.type not in ("exhibit.add/1", "rendition.add/1", "run/1"):
        raise Fault(path, "the entry behind it, %s, is of a type that has no file" % entry.id)
    value = entry.values.get("digest") if entry.sealed else entry.body["d"].get("digest")
    if not isinstance(value, str):
        raise Fault(path, "the digest in the entry behind it, %s, is not disclosed" % entry.id)
    if HEX256.match(value):
        return False, value
    if entry.type == "run/1":
        try:
            table = read_json(value.encode("utf-8", "replace"))
        except Broken as broken:
            raise Fault(path, "the digest value of entry %s: %s" % (entry.id, broken))
        if isinstance(table, dict) and table and all(
                EXTENSION.match(key) and isinstance(hex_, str) and HEX256.match(hex_)
                for key, hex_ in table.items()):
            if extension not in table:
                raise Fault(path, "the report's entry %s has no digest for .%s"
                            % (entry.id, extension))
            return True, table[extension]
    raise Fault(path, "the digest in the entry behind it, %s, is not a hex SHA-256" % entry.id)


# --- the command --------------------------------------------------------------

def read_anchor(path):
    """--anchor FILE: a tlog-policy, PEM certificates of time authorities below it."""
    with open(path, "rb") as stream:
        data = stream.read(POLICY_LIMIT + 1)
    if len(data) > POLICY_LIMIT:
        raise Broken("it is too large")
    at = re.search(rb"^-----BEGIN ", data, re.M)
    text = data[:at.start()] if at else data
    if text and not text.endswith(b"\n"):
        text += b"\n"
    if not re.search(rb"^quorum", text, re.M):      # a key alone asks for no witness
        text += b"quorum none\n"
    policy = Policy(text)
    policy.authorities = data[at.start():] if at else b""
    if not policy.logs:
        raise Broken("it names no log")
    return policy


def as_text(check, root):
    """What was checked, in words for people."""
    counts, report = check.counts, check.report
    lines = ["Oyer dossier: %s" % shown(root)]
    if check.log_key:
        lines.append("log key in the bag: %s" % shown(check.log_key.text))
    what = {
        1: "%d files in data/, %d others, each against SHA-256 and SHA-512"
           % (counts["files"], counts["tag_files"]),
        2: "checkpoint of %s entries, signature of the log, %d cosignatures"
           % (check.checkpoint.size if check.checkpoint else "?", counts["cosignatures"]),
        3: "%d disclosed entries, each proved to be in the log" % counts["entries"],
        4: "%d sealed entries opened, %d open ones"
           % (counts["openings"], sum(e.sealed is False for e in check.entries.values())),
        5: "%d submissions, each with its signature" % counts["submissions"],
        6: "%d signing keys, each enrolled" % counts["actors"],
        7: "%d files, each against the digest in its entry" % counts["files"],
        8: "the log's key and the quorum" if check.anchor else "not given"}
    for step, name in STEPS.items():
        faults = len(report.of(step))
        verdict = "%d FAULTS" % faults if faults else "no fault" if report.faults else "holds"
        if step == 8 and not check.anchor:
            verdict = "-"
        lines.append("%d %-12s %-10s %s" % (step, name, verdict, what[step]))
    for step, file, sentence in report.faults[:FAULTS_SHOWN]:
        lines.append("fault in step %d: %s: %s" % (step, file, sentence))
    if len(report.faults) > FAULTS_SHOWN:
        lines.append("and %d more faults" % (len(report.faults) - FAULTS_SHOWN))
    lines.append("checked: %d files, %d entries" % (counts["files"], counts["entries"]))
    for path, time, vouched in check.stamps:
        lines.append("the log stood so at %s, says %s%s" % (time, path, " (an authority of the anchor)" if vouched else ""))
    lines.append("CONSISTENT" if check.consistent else "NOT CONSISTENT")
    lines.append("AUTHENTICATED" if check.authenticated
                 else "NOT AUTHENTICATED: " + check.why_not_authenticated())
    if check.statement():
        lines.append(check.statement())
    return "\n".join(lines)


def as_json(check, root):
    """The same for programs."""
    dates = check.dates()
    return json.dumps({
        "bag": shown(root),
        "consistent": check.consistent,
        "authenticated": check.authenticated,
        "not_authenticated_because": None if check.authenticated else check.why_not_authenticated(),
        "counts": check.counts,
        "log_key": shown(check.log_key.text) if check.log_key else None,
        "intake": {"first": dates[0], "last": dates[1], "claimed": True} if dates else None,
        "faults": [{"step": step, "check": STEPS[step], "file": file, "fault": sentence}
                   for step, file, sentence in check.report.faults],
        "statement": check.statement()}, indent=1, sort_keys=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="verify.py", description="Check an Oyer dossier. VERIFY.txt explains the outcome.")
    parser.add_argument("bag", nargs="?", metavar="BAG",
                        default=os.path.dirname(os.path.abspath(__file__)),
                        help="the bag's directory (default: where verify.py lies)")
    parser.add_argument("--anchor", metavar="FILE",
                        help="a tlog-policy with keys that came to you another way")
    parser.add_argument("--json", action="store_true", help="write the outcome as JSON")
    options = parser.parse_args(arguments)
    if not os.path.isdir(options.bag):
        print("verify.py: there is no bag at %s" % shown(options.bag), file=sys.stderr)
        return EXIT_NO_BAG
    anchor, ed25519 = None, None
    try:
        if options.anchor is not None:
            try:
                anchor = read_anchor(options.anchor)
            except (OSError, Broken) as problem:
                print("verify.py: the anchor %s cannot be used: %s"
                      % (shown(options.anchor), shown(str(problem))), file=sys.stderr)
                return EXIT_USAGE
        ed25519 = Ed25519()
        check = Check(options.bag, anchor, ed25519)
        check.run()
    except Unable as problem:
        print("verify.py: cannot check: %s" % problem, file=sys.stderr)
        return EXIT_USAGE
    finally:
        if ed25519:
            ed25519.close()
    print(as_json(check, options.bag) if options.json else as_text(check, options.bag))
    return EXIT_FAILED if check.report.faults else EXIT_HOLDS


if __name__ == "__main__":
    sys.exit(main())
