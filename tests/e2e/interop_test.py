# SPDX-License-Identifier: GPL-3.0-or-later
"""What Oyer writes is read by programs that are not Oyer's: openssl, the age command, a C2SP tlog client written here from the
specifications alone, and Go's own tlog package. Nothing of Oyer's code has a part in the judgements."""
import base64
import hashlib
import struct
import time
import unittest
import urllib.error
import urllib.request

from support import *

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what stands before the 32 bytes of a public key


def need(program):
    """Path of a program, or a loud skip."""
    found = shutil.which(program)
    if not found:
        loudly("the %s command is not installed" % program)
        raise unittest.SkipTest("no %s" % program)
    return found


def read(*parts):
    with open(os.path.join(*parts), "rb") as stream:
        return stream.read()


# -- notes (c2sp.org/signed-note)

def parse_vkey(text):
    """(name, key id, public key) of `name+id+base64(type ‖ key)`; the id must fit."""
    name, number, key = text.strip().split("+", 2)
    typed = base64.b64decode(key, validate=True)
    if typed[0] != 1 or len(typed) != 33 or hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex() != number:
        raise ValueError("not an Ed25519 verifier key: %s" % text)
    return name, bytes.fromhex(number), typed[1:]


def parse_note(note):
    """(text, [(name, key id, signature)])."""
    text, _, lines = note.partition("\n\n")
    signatures = []
    for line in lines.splitlines():
        dash, name, blob = line.split(" ")
        if dash != "\u2014":
            raise ValueError("not a signature line: %s" % line)
        blob = base64.b64decode(blob, validate=True)
        signatures.append((name, blob[:4], blob[4:]))
    return text + "\n", signatures


# -- the log (RFC 6962 section 2.1; c2sp.org/tlog-tiles, tlog-checkpoint, tlog-proof)

def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split_of(n):
    """The largest power of two smaller than n."""
    return 1 << ((n - 1).bit_length() - 1)


def root_from_path(index, size, leaf, path):
    """The root to which an inclusion path leads: its definition, read backwards."""
    if size == 1:
        if path:
            raise ValueError("the path is too long")
        return leaf
    if not path:
        raise ValueError("the path is too short")
    k = split_of(size)
    if index < k:
        return node_hash(root_from_path(index, k, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], root_from_path(index - k, size - k, leaf, path[:-1]))


def roots_from_consistency(old, size, path, old_root, whole=True):
    """(old root, new root) to which a consistency proof leads."""
    if old == size:
        if not whole and len(path) != 1 or whole and path:
            raise ValueError("the proof is of the wrong length")
        return (old_root, old_root) if whole else (path[0], path[0])
    if not path:
        raise ValueError("the proof is too short")
    k = split_of(size)
    if old <= k:
        left_old, left_new = roots_from_consistency(old, k, path[:-1], old_root, whole)
        return left_old, node_hash(left_new, path[-1])
    right_old, right_new = roots_from_consistency(old - k, size - k, path[:-1], old_root, False)
    return node_hash(path[-1], right_old), node_hash(path[-1], right_new)


def parse_checkpoint(text):
    origin, size, root = text.split("\n")[:3]
    if text != "%s\n%d\n%s\n" % (origin, int(size), root) or len(base64.b64decode(root, validate=True)) != 32:
        raise ValueError("not a checkpoint: %s" % text)
    return origin, int(size), base64.b64decode(root)


def parse_proof(text):
    """(index, path, checkpoint note) of a c2sp.org/tlog-proof@v1."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not re.fullmatch(r"index (0|[1-9][0-9]*)", lines[1]):
        raise ValueError("not a proof: %s" % text)
    return int(lines[1][6:]), [base64.b64decode(line, validate=True) for line in lines[2:]], note


class Client:
    """A tlog-tiles client for one tree size; `fetch` gives the bytes at a path or fails."""

    def __init__(self, fetch, size):
        self.fetch, self.size, self.tiles = fetch, size, {}

    def path(self, kind, index, width):
        digits = "%03d" % (index % 1000)
        while index >= 1000:
            index //= 1000
            digits = "x%03d/%s" % (index % 1000, digits)
        return "tile/%s/%s%s" % (kind, digits, "" if width == 256 else ".p/%d" % width)

    def tile(self, level, index):
        if (level, index) not in self.tiles:
            width = min(256, (self.size >> 8 * level) - 256 * index)
            data = self.fetch(self.path(level, index, width))
            if len(data) != 32 * width:
                raise ValueError("tile %d/%d has %d bytes" % (level, index, len(data)))
            self.tiles[level, index] = [data[at:at + 32] for at in range(0, len(data), 32)]
        return self.tiles[level, index]

    def node(self, level, index):
        """Hash of the complete subtree of 2^level leaves, from the tile that holds it or its parts."""
        if level % 8 == 0:
            return self.tile(level // 8, index // 256)[index % 256]
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))

    def range(self, start, end):
        """Root of leaves [start, end), a subtree of the log."""
        n = end - start
        if n & (n - 1) == 0:
            return self.node(n.bit_length() - 1, start // n)
        k = split_of(n)
        return node_hash(self.range(start, start + k), self.range(start + k, end))

    def inclusion(self, index, start=0, end=None):
        end = self.size if end is None else end
        if end - start == 1:
            return []
        k = start + split_of(end - start)
        if index < k:
            return self.inclusion(index, start, k) + [self.range(k, end)]
        return self.inclusion(index, k, end) + [self.range(start, k)]

    def consistency(self, old, start=0, end=None, whole=True):
        end = self.size if end is None else end
        if old == end:
            return [] if whole else [self.range(start, end)]
        k = start + split_of(end - start)
        if old <= k:
            return self.consistency(old, start, k, whole) + [self.range(k, end)]
        return self.consistency(old, k, end, False) + [self.range(start, k)]

    def entries(self):
        """All entries, from the bundles."""
        out = []
        for index in range((self.size + 255) // 256):
            data, at, width = self.fetch(self.path("entries", index, min(256, self.size - 256 * index))), 0, 0
            while at < len(data):
                length, = struct.unpack_from(">H", data, at)
                entry = data[at + 2:at + 2 + length]
                if len(entry) != length:
                    raise ValueError("bundle %d is cut short" % index)
                out.append(entry)
                at, width = at + 2 + length, width + 1
            if width != min(256, self.size - 256 * index):
                raise ValueError("bundle %d holds %d entries" % (index, width))
        return out


# -- bech32 (BIP 173), for age's keys

def bech32(prefix, data):
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    number, bits = int.from_bytes(data, "big"), 8 * len(data)
    pad = -bits % 5
    words = [(number << pad) >> at & 31 for at in range(bits + pad - 5, -1, -5)]
    check = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + words + [0] * 6:
        top, check = check >> 25, (check & 0x1ffffff) << 5 ^ value
        for bit, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            check ^= generator if top >> bit & 1 else 0
    check ^= 1
    return prefix + "1" + "".join(alphabet[w] for w in words + [check >> 5 * (5 - at) & 31 for at in range(6)])


GO_PROGRAM = r"""
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func check(err error) { must(0, err) }

// Tiles lie below tile/, without the height that Go's paths name.
type files struct{ journal string }

func (f files) Height() int { return 8 }
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(f.journal, strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func open(file string, verifier note.Verifier) (int64, tlog.Hash) { return parse(must(os.ReadFile(file)), verifier) }
func parse(data []byte, verifier note.Verifier) (int64, tlog.Hash) {
	opened := must(note.Open(data, note.VerifierList(verifier)))
	lines := strings.Split(opened.Text, "\n")
	return must(strconv.ParseInt(lines[1], 10, 64)), must(tlog.ParseHash(lines[2]))
}

func main() {
	journal, older, proofs := os.Args[1], os.Args[2], os.Args[3]
	verifier := must(note.NewVerifier(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(journal, "log.vkey")))))))
	size, root := open(filepath.Join(journal, "checkpoint"), verifier)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, files{journal})
	if must(tlog.TreeHash(size, reader)) != root {
		panic("another root")
	}

	var entries [][]byte
	for at := int64(0); at < size; at += 256 {
		width := int(min(256, size-at))
		tile := tlog.Tile{H: 8, L: 0, N: at / 256, W: width}
		hashes := must(files{journal}.ReadTiles([]tlog.Tile{tile}))[0]
		data := must(os.ReadFile(filepath.Join(journal, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))))
		for n := 0; n < width; n++ {
			length := int(binary.BigEndian.Uint16(data))
			entry := data[2 : 2+length]
			if must(tlog.HashFromTile(tile, hashes, tlog.StoredHashIndex(0, at+int64(n)))) != tlog.RecordHash(entry) {
				panic("a tile's hash is not its entry's")
			}
			entries = append(entries, bytes.Clone(entry))
			data = data[2+length:]
		}
		if len(data) != 0 {
			panic("a bundle is too long")
		}
	}
	for n, entry := range entries {
		check(tlog.CheckRecord(must(tlog.ProveRecord(size, int64(n), reader)), size, root, int64(n), tlog.RecordHash(entry)))
	}

	checked := 0
	for _, file := range must(filepath.Glob(filepath.Join(proofs, "*.tlog-proof"))) {
		head, checkpoint, _ := strings.Cut(string(must(os.ReadFile(file))), "\n\n")
		lines := strings.Split(head, "\n")
		n := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
		var path tlog.RecordProof
		for _, line := range lines[2:] {
			path = append(path, must(tlog.ParseHash(line)))
		}
		itsSize, itsRoot := parse([]byte(checkpoint), verifier)
		check(tlog.CheckRecord(path, itsSize, itsRoot, n, tlog.RecordHash(entries[n])))
		if tlog.CheckRecord(path, itsSize, itsRoot, n, tlog.RecordHash([]byte("another entry"))) == nil {
			panic("a proof holds for another entry")
		}
		checked++
	}

	oldSize, oldRoot := open(older, verifier)
	check(tlog.CheckTree(must(tlog.ProveTree(size, oldSize, reader)), size, root, oldSize, oldRoot))
	fmt.Printf("%d records, %d proofs, %d grew to %d\n", len(entries), checked, oldSize, size)
}
"""


class InteropTest(Case):
    def openssl_accepts(self, key, text, signature):
        """Whether the openssl command takes `signature` (Ed25519) for that of `text`."""
        der, message, raw = self.write("ssl/key.der", ED25519_SPKI + key), self.write("ssl/text", text), self.write("ssl/signature", signature)
        done = self.raw([need("openssl"), "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", der, "-in", message, "-sigfile", raw])
        self.assertIn("Signature Verified Successfully" if done.returncode == 0 else "Signature Verification Failure", done.stdout + done.stderr)
        return done.returncode == 0

    def test_openssl_accepts_checkpoints(self):
        self.source("A")
        name, number, key = parse_vkey(read(self.case, "journal/log.vkey").decode())
        text, signatures = parse_note(read(self.case, "journal/checkpoint").decode())
        self.assertEqual([(who, which, len(signature)) for who, which, signature in signatures], [(name, number, 64)])
        origin, size, _ = parse_checkpoint(text)
        self.assertEqual(origin, name)
        self.assertGreater(size, 0)
        signature = signatures[0][2]
        self.assertTrue(self.openssl_accepts(key, text, signature))
        self.assertFalse(self.openssl_accepts(key, text.replace("\n%d\n" % size, "\n%d\n" % (size + 1)), signature))
        self.assertFalse(self.openssl_accepts(key, text, signature[:-1] + bytes([signature[-1] ^ 1])))

    # -- sealed blobs and the age command

    def age_opens(self, identity, file, fails=False):
        """What `age -d` makes of `file` with the identity (a text)."""
        done = subprocess.run([need("age"), "-d", "-i", self.write("age/identity", identity), self.write("age/file", file)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment, timeout=60)
        self.assertEqual(done.returncode != 0, fails, done.stderr.decode())
        return done.stdout

    def headers(self):
        """{address: age header} as docs/formats/vault.md describes them."""
        data = read(self.case, "vault/headers-a")
        self.assertEqual(data, read(self.case, "vault/headers-b"))
        self.assertEqual(data[:16], b"oyer-headers/1\n\0")
        out, at = {}, 16
        while at < len(data):
            magic, length, address = struct.unpack_from(">4sI32s", data, at)
            record = data[at:at + 56 + length]
            self.assertEqual((magic, data[at + len(record):at + len(record) + 8]), (b"OYHR", hashlib.sha256(record).digest()[:8]))
            out[address] = record[56:]
            at += len(record) + 8
        return out

    def stored(self):
        """{address: stored bytes} of all blobs, packed or in files of their own (docs/formats/blob.md)."""
        out, files = {}, 0
        for folder, _, names in os.walk(os.path.join(self.case, "blobs")):
            for name in names:
                data = read(folder, name)
                if os.path.basename(folder) != "packs":
                    self.assertEqual(os.path.basename(folder), name[:2])
                    out[bytes.fromhex(name)] = data
                    files += 1
                    continue
                self.assertEqual(data[:16], b"oyer-pack/1\n\0\0\0\0")
                at = 16
                while at < len(data):
                    magic, length, address = struct.unpack_from(">4sI32s", data, at)
                    self.assertEqual(magic, b"OYPR")
                    out[address] = data[at + 40:at + 40 + length]
                    at += 40 + length
        for address, data in out.items():
            self.assertEqual(hashlib.sha256(data).digest(), address)
        return out, files

    def test_age_opens_sealed_blobs(self):
        small, large = "The mill was a prison. 감옥.\n".encode(), b"".join(b"Line %d of a long letter.\n" % n for n in range(8000))
        self.source("W-01", kind="person")
        self.exhibit("small.txt", small, "W-01")
        self.exhibit("large.txt", large, "W-01")

        key_file = bech32("age-secret-key-", read(self.key)).upper() + "\n"
        custodians = [name for name in os.listdir(os.path.join(self.case, "vault/custodians")) if name.endswith(".age")]
        self.assertEqual(len(custodians), 1)
        locked = read(self.case, "vault/custodians", custodians[0])
        custodian = self.age_opens(key_file, locked).decode()
        self.assertRegex(custodian, r"\AAGE-SECRET-KEY-1[0-9A-Z]{58}\n\Z")
        if shutil.which("age-keygen"):
            recipient = self.raw(["age-keygen", "-y", self.write("age/custodian", custodian)], DONE).stdout
            self.assertEqual(recipient, read(self.case, "vault/custodians", custodians[0][:-4] + ".pub").decode())
        base = self.age_opens(custodian, read(self.case, "vault/compartments/base.age")).decode()
        self.assertRegex(base, r"\AAGE-SECRET-KEY-1[0-9A-Z]{58}\n\Z")
        self.assertEqual(len(self.age_opens(custodian, read(self.case, "vault/log.age"))), 32)

        headers, (stored, files) = self.headers(), self.stored()
        self.assertEqual(set(headers), set(stored))
        self.assertGreaterEqual(files, 1)
        plain = {address: self.age_opens(base, headers[address] + stored[address]) for address in stored}
        self.assertEqual([sum(content == wanted for content in plain.values()) for wanted in (small, large)], [1, 1])
        self.assertGreater(len(stored[next(a for a, content in plain.items() if content == large)]), 65536)

        # The keys of the way are needed, each; and a header opens its own payload alone.
        address, other = sorted(stored)[:2]
        self.age_opens(bech32("age-secret-key-", os.urandom(32)).upper(), locked, fails=True)
        self.age_opens(key_file, headers[address] + stored[address], fails=True)
        self.age_opens(custodian, headers[address] + stored[address], fails=True)
        self.age_opens(base, headers[other] + stored[address], fails=True)

    # -- the log, served as static files

    def grown_case(self):
        """A case of more than 300 entries; returns the checkpoint note of when it was small."""
        older = read(self.case, "journal/checkpoint").decode()
        rows = self.write("sources.csv", "label,kind\n" + "".join("S-%d,document\n" % n for n in range(310)))
        self.run_oyer("source", "import", rows)
        return older

    def serve(self, folder):
        """Serves `folder` with Python's own static server; returns fetch(path) and the list of what was fetched."""
        port = free_port()
        self.start([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder])
        opener, fetched = urllib.request.build_opener(urllib.request.ProxyHandler({})), []

        def fetch(path):
            fetched.append(path)
            with opener.open("http://127.0.0.1:%d/%s" % (port, path), timeout=10) as answer:
                return answer.read()

        for _ in range(100):
            try:
                fetch("")
                break
            except urllib.error.URLError:
                time.sleep(0.05)
        else:
            self.fail("python3 -m http.server did not answer")
        return fetch, fetched

    def open_note(self, vkey, note):
        name, number, key = vkey
        text, signatures = parse_note(note)
        self.assertEqual([signature[:2] for signature in signatures], [(name, number)])
        self.assertTrue(self.openssl_accepts(key, text, signatures[0][2]))
        origin, size, root = parse_checkpoint(text)
        self.assertEqual(origin, name)
        return size, root

    def test_a_tlog_client_reads_the_journal(self):
        older = self.grown_case()
        fetch, fetched = self.serve(os.path.join(self.case, "journal"))
        vkey = parse_vkey(fetch("log.vkey").decode())
        size, root = self.open_note(vkey, fetch("checkpoint").decode())
        self.assertGreater(size, 300)
        client = Client(fetch, size)
        self.assertEqual(client.range(0, size), root)

        # Level 0 is made of the entries, level 1 of level 0.
        entries = client.entries()
        leaves = [leaf_hash(entry) for entry in entries]
        self.assertEqual([client.node(0, index) for index in range(size)], leaves)
        hashes = leaves[:256]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        self.assertEqual(client.tile(1, 0), hashes)
        for index in range(size):
            path = client.inclusion(index)
            self.assertEqual(root_from_path(index, size, leaves[index], path), root)
            self.assertNotEqual(root_from_path(index, size, leaf_hash(b"another"), path), root)

        # What `oyer log prove` says leads to the signed root, and is the path that the tiles give.
        for index in (0, 1, 3, 127, 255, 256, 257, size - 2, size - 1):
            n, path, note = parse_proof(self.run_oyer("log", "prove", "--index", index).stdout)
            self.assertEqual(n, index)
            self.assertEqual(self.open_note(vkey, note), (size, root))
            self.assertEqual(root_from_path(n, size, leaves[n], path), root)
            self.assertEqual(path, client.inclusion(index))
        self.refused("log", "prove", "--index", size, code=(USAGE, NOT_FOUND))

        # The log grew and did not change: from the older checkpoint, and from every size to this one.
        old_size, old_root = self.open_note(vkey, older)
        self.assertLess(old_size, size)
        self.assertEqual(Client(fetch, size).range(0, old_size), old_root)
        for old in range(1, size + 1):
            before = client.range(0, old)
            self.assertEqual(roots_from_consistency(old, size, client.consistency(old), before), (before, root), old)
        before, after = roots_from_consistency(old_size, size, client.consistency(old_size), old_root)
        self.assertEqual((before, after), (old_root, root))
        self.assertEqual({path for path in fetched if path and not path.startswith("tile/")}, {"log.vkey", "checkpoint"})

    def test_a_changed_tile_does_not_lead_to_the_root(self):
        self.grown_case()
        journal = os.path.join(self.case, "journal")
        size, root = parse_checkpoint(parse_note(read(journal, "checkpoint").decode())[0])[1:]

        def client(spoilt=None):
            def fetch(path):
                data = bytearray(read(journal, path))
                if path == spoilt:
                    data[40] ^= 1
                return bytes(data)
            return Client(fetch, size)

        self.assertEqual(client().range(0, size), root)
        self.assertNotEqual(client("tile/0/001.p/%d" % (size - 256)).range(0, size), root)
        self.assertNotEqual([leaf_hash(entry) for entry in client("tile/entries/000").entries()], [client().node(0, index) for index in range(size)])

    def test_gos_tlog_agrees(self):
        go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
        if not go:
            loudly("Go is not installed, so its tlog package did not judge our log")
            self.skipTest("no Go")
        # The package as the toolchain itself carries it (cmd/go reads the checksum database with it): nothing is fetched.
        own = dict(os.environ, GOTOOLCHAIN="local", GOFLAGS="-mod=mod", GOPROXY="off", GOWORK="off")
        paths = json.loads(subprocess.run([go, "env", "-json", "GOROOT", "GOVERSION"], env=own, stdout=subprocess.PIPE, check=True).stdout)
        sumdb = os.path.join(paths["GOROOT"], "src/cmd/vendor/golang.org/x/mod/sumdb")
        if not all(os.path.isdir(os.path.join(sumdb, package)) for package in ("tlog", "note")):
            loudly("this Go (%s) carries no sources of golang.org/x/mod/sumdb" % paths["GOROOT"])
            self.skipTest("no golang.org/x/mod/sumdb")
        for package in ("tlog", "note"):
            shutil.copytree(os.path.join(sumdb, package), self.path("go/mod/sumdb", package))
        version = re.search(r"go(\d+\.\d+)", paths["GOVERSION"]).group(1)
        self.write("go/mod/go.mod", "module golang.org/x/mod\n\ngo %s\n" % version)
        self.write("go/go.mod", "module interop\n\ngo %s\n\nrequire golang.org/x/mod v0.0.0\n\nreplace golang.org/x/mod => ./mod\n" % version)
        self.write("go/main.go", GO_PROGRAM)
        program = self.path("go/interop")
        built = subprocess.run([go, "build", "-o", program, "."], cwd=self.path("go"), env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
        self.assertEqual(built.returncode, 0, built.stdout.decode())

        older = self.write("older", self.grown_case())
        journal = os.path.join(self.case, "journal")
        size = parse_checkpoint(parse_note(read(journal, "checkpoint").decode())[0])[1]
        asked = (0, 4, 255, 256, size - 1)
        for index in asked:
            self.write("proofs/%d.tlog-proof" % index, self.run_oyer("log", "prove", "--index", index).stdout)
        done = self.raw([program, journal, older, self.path("proofs")], DONE)
        old_size = parse_checkpoint(parse_note(read(older).decode())[0])[1]
        self.assertEqual(done.stdout, "%d records, %d proofs, %d grew to %d\n" % (size, len(asked), old_size, size))

        # It judges, and does not only read: a changed proof and a changed entry are refused.
        proof = self.run_oyer("log", "prove", "--index", 4).stdout
        self.write("spoilt/4.tlog-proof", proof.replace("index 4", "index 5"))
        self.raw([program, journal, older, self.path("spoilt")], 1)
        copy = self.path("copy")
        shutil.copytree(journal, copy)
        bundle = read(journal, "tile/entries/000")
        self.write("copy/tile/entries/000", bundle[:-1] + bytes([bundle[-1] ^ 1]))
        self.assertIn("a tile's hash is not its entry's", self.raw([program, copy, older, self.path("proofs")], 2).stderr)


if __name__ == "__main__":
    unittest.main()
