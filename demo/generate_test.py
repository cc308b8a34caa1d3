#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the generator: the same bytes every time, the promised counts, and
that each quote in the manifest is found in its file."""

import csv
import email
import email.policy
import html
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
import wave

HERE = pathlib.Path(__file__).resolve().parent


def generate(out, seed):
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(out), "--seed", str(seed)],
                   check=True, stdout=subprocess.DEVNULL)


def contents(out):
    return {str(path.relative_to(out)): path.read_bytes()
            for path in sorted(out.rglob("*")) if path.is_file()}


def one_line(text):
    return " ".join(text.split())


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class GenerateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name) / "one"
        generate(cls.out, 7)
        cls.incoming = cls.out / "incoming"
        cls.manifest = json.loads((cls.out / "manifest.json").read_text(encoding="utf-8"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def text(self, row, page):
        """What a plain extractor reads in a file, or None without the tool for it."""
        path = self.incoming / row["file"]
        if row["kind"] == "pdf":
            if not shutil.which("pdftotext"):
                return None
            return run("pdftotext", "-f", str(page), "-l", str(page), path, "-")
        if row["kind"] == "html":
            return html.unescape(re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8")))
        if row["kind"] == "mail":
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            return message.get_body(("plain",)).get_content()
        if row["kind"] == "scan":
            if not (shutil.which("tesseract") and shutil.which("pdftoppm")
                    and "kor" in run("tesseract", "--list-langs").split()):
                return None
            stem = pathlib.Path(self.folder.name) / f"page{page}"
            run("pdftoppm", "-r", "200", "-gray", "-png", "-singlefile",
                "-f", str(page), "-l", str(page), path, stem)
            return run("tesseract", f"{stem}.png", "-", "-l", "kor",
                       env={**os.environ, "OMP_THREAD_LIMIT": "1"})
        return path.read_text(encoding="utf-8")

    def test_same_seed_same_bytes(self):
        other = pathlib.Path(self.folder.name) / "two"
        generate(other, 7)
        one, two = contents(self.out), contents(other)
        self.assertEqual(list(one), list(two))
        for name in one:
            self.assertTrue(one[name] == two[name], name)

    def test_other_seed_other_lists_and_same_counts(self):
        other = pathlib.Path(self.folder.name) / "three"
        generate(other, 8)
        self.assertNotEqual((self.incoming / "list_a.csv").read_bytes(),
                            (other / "incoming" / "list_a.csv").read_bytes())
        self.assertEqual(516, len(self.rows(other / "truth" / "lists.csv")))
        self.assertIn("2008-05,2014,190,11862\n",
                      (other / "incoming" / "d2_ration_ledger.csv").read_text(encoding="utf-8"))

    def test_files_and_exhibits(self):
        names = sorted(path.name for path in self.incoming.iterdir())
        self.assertEqual(20, len(names))
        self.assertEqual(names, sorted(row["file"] for row in self.manifest))
        self.assertTrue(all(name.isascii() for name in names))
        exhibits = [row["label"] for row in self.manifest if row["exhibit"]]
        self.assertEqual(18, len(exhibits))
        self.assertEqual(18, len(set(exhibits)))
        for row in self.manifest:
            self.assertLessEqual(set(row["derives_from"]), set(exhibits))
        keys = [quote["key"] for row in self.manifest for quote in row["quotes"]]
        self.assertEqual(len(keys), len(set(keys)))

    def test_lists_and_truth(self):
        truth = self.rows(self.out / "truth" / "lists.csv")[1:]
        self.assertEqual(515, len(truth))
        self.assertEqual(380, len({entity for _, _, entity in truth}))
        for name, count in (("list_a.csv", 240), ("list_b.csv", 180), ("list_c.csv", 95)):
            rows = self.rows(self.incoming / name)
            self.assertEqual(count, len(rows) - 1)
            self.assertEqual([str(n) for n in range(1, count + 1)], [row[0] for row in rows[1:]])
            self.assertEqual([row[0] for row in rows[1:]], [n for file, n, _ in truth if file == name])
            self.assertTrue(all(row[1] for row in rows))
            self.assertLess(len({e for file, _, e in truth if file == name}), count)

    def test_ledger_is_lowest_in_2008(self):
        rows = self.rows(self.incoming / "d2_ration_ledger.csv")[1:]
        self.assertEqual(48, len(rows))
        self.assertEqual("2008-05", min(rows, key=lambda row: int(row[2]))[0])
        for month, prisoners, grams, kilos in rows:
            self.assertLess(0, int(prisoners) * int(grams) * int(kilos), month)

    def test_recording_and_transcript(self):
        with wave.open(str(self.incoming / "w01_recording.wav")) as recording:
            self.assertEqual((1, 2, 16000), recording.getparams()[:3])
            length = recording.getnframes() / 16
        self.assertTrue(60000 <= length <= 90000, length)
        transcript = (self.incoming / "w01_recording.vtt").read_text(encoding="utf-8")
        for quote in self.manifest[0]["quotes"]:
            start, end = quote["time_ms"]
            self.assertTrue(0 <= start < end <= length)
            self.assertIn("\n" + quote["text"] + "\n", transcript)

    def test_quotes_are_found(self):
        for row in self.manifest:
            pages = {}
            for quote in row["quotes"]:
                if "time_ms" in quote:
                    continue
                page = quote["page"]
                if page not in pages:
                    pages[page] = self.text(row, page)
                if pages[page] is None:
                    continue  # the tool is not installed
                with self.subTest(quote["key"]):
                    self.assertIn(quote["text"], one_line(pages[page]))

    def test_allegations_and_reply(self):
        allegations = json.loads((self.out / "allegations.json").read_text(encoding="utf-8"))
        self.assertEqual(list(range(1, 15)), [row["number"] for row in allegations])
        note = next(row for row in self.manifest if row["label"] == "NOTE-2")
        self.assertEqual({"reply-1", "reply-2", "reply-5", "reply-9"},
                         {quote["about"] for quote in note["quotes"]})

    @unittest.skipUnless(shutil.which("pdftotext"), "needs poppler-utils")
    def test_hostile_file_breaks_the_limits(self):
        path = self.incoming / "hostile_invoice.pdf"
        self.assertLess(path.stat().st_size, 300_000)

        def limits():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
            resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        done = subprocess.run(["pdftotext", path, os.devnull], preexec_fn=limits,
                              stderr=subprocess.DEVNULL, check=False)
        self.assertNotEqual(0, done.returncode)


if __name__ == "__main__":
    unittest.main()
