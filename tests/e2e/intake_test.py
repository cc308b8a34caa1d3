# SPDX-License-Identifier: GPL-3.0-or-later
"""What people hand over is odd, broken or hostile: each item is accounted for, its bytes are kept, and nothing harms the case."""
import hashlib
import random
import unittest
import zipfile

from support import *


def sha(content):
    return hashlib.sha256(content).hexdigest()


class IntakeTest(Case):
    def setUp(self):
        super().setUp()
        self.source("S")

    def add(self, *paths, code=(DONE, BAD_INPUT), more=()):
        answer = self.json("add", *paths, "--source", "S", *more, code=code)
        self.assertEqual(sum(answer["counts"].values()), len(answer["items"]))
        for item in answer["items"]:
            self.assertIn(item["state"], ("sealed", "already-held", "quarantined", "unreadable"), item)
            if item["state"] in ("quarantined", "unreadable"):
                self.assertRegex(item["reason"], r"^[A-Z“].*[.!?)”]$", "a reason is a sentence")
                self.assertIsNone(JARGON.search(item["reason"]), item["reason"])
            if item["state"] != "unreadable":
                self.assertTrue(item["id"].startswith("ex-"), item)
        return {item["file"]: item for item in answer["items"]}

    def test_odd_things_in_a_folder(self):
        secret = self.write("outside.txt", "not to be followed")
        folder = self.path("odd")
        self.write("odd/plain.txt", "A plain letter.\n")
        self.write("odd/twin.txt", "A plain letter.\n")
        self.write("odd/empty.txt", b"")
        self.write("odd/sub/inner.txt", "below\n")
        os.symlink(secret, folder + "/link.txt")
        os.symlink("nowhere", folder + "/dangling.txt")
        os.symlink(folder, folder + "/loop")
        os.mkfifo(folder + "/pipe.txt")
        os.mkdir(folder + "/folder.pdf")
        self.write("odd/folder.pdf/in-it.txt", "in a folder with a file's name\n")
        with zipfile.ZipFile(folder + "/pack.zip", "w") as pack:
            pack.writestr("inside.txt", "in the pack")
        done = self.add(folder, code=BAD_INPUT)
        self.assertEqual(set(done), {"plain.txt", "twin.txt", "empty.txt", "sub/inner.txt", "link.txt", "dangling.txt", "loop", "pipe.txt", "folder.pdf/in-it.txt", "pack.zip"})
        states = {name: item["state"] for name, item in done.items()}
        self.assertEqual(states["plain.txt"], "sealed")
        self.assertEqual(states["twin.txt"], "already-held")
        self.assertEqual(done["twin.txt"]["full_id"], done["plain.txt"]["full_id"])
        for name in ("link.txt", "dangling.txt", "loop", "pipe.txt"):
            self.assertEqual(states[name], "unreadable", done[name])
        self.assertIn("link", done["link.txt"]["reason"])
        self.assertEqual(states["pack.zip"], "quarantined")
        self.assertEqual(self.items("search", "followed"), [])
        again = self.add(folder, code=BAD_INPUT)
        self.assertEqual(len(self.items("ls", "exhibits")), len({i["full_id"] for i in again.values() if "full_id" in i}))
        self.whole()

    def test_given_by_name(self):
        folder = self.path("named")
        self.write("named/a.txt", "a letter\n")
        os.symlink(folder + "/a.txt", self.path("named-link"))
        os.mkfifo(self.path("named-pipe"))
        for path, word in ((self.path("named-link"), "link"), (self.path("named-pipe"), "regular file")):
            self.assertIn(word, list(self.add(path, code=BAD_INPUT).values())[0]["reason"])
        self.refused("add", self.path("nothing-there"), "--source", "S", code=NOT_FOUND)
        self.refused("add", self.path("named/a.txt/below"), "--source", "S", code=NOT_FOUND)
        # The same file named twice in one call, and by its folder, is one exhibit.
        done = self.json("add", folder, folder + "/a.txt", "--source", "S")
        self.assertEqual(len(self.items("ls", "exhibits")), 1, done)

    def test_an_empty_folder(self):
        os.mkdir(self.path("empty"))
        self.assertEqual(self.json("add", self.path("empty"), "--source", "S")["items"], [])

    def test_bytes_of_quarantined_files_are_kept(self):
        hostile = {
            "cut.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "zeros.pdf": b"%PDF-1.4\n" + bytes(5000), "noise.jpg": b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(900),
            "bomb.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00\x00\x00\x00\x00", "program": b"\x7fELF\x02\x01\x01" + bytes(200)}
        folder = os.path.dirname([self.write("bad/" + name, content) for name, content in hostile.items()][0])
        done = self.add(folder, code=BAD_INPUT)
        self.assertEqual(set(done), set(hostile))
        for name, content in hostile.items():
            self.assertEqual(done[name]["state"], "quarantined", done[name])
            self.assertEqual(done[name]["digest"], sha(content))
            shown = self.json("show", done[name]["id"])
            self.assertEqual((shown["data"]["digest"], shown["data"]["size"], shown["data"]["state"]), (sha(content), len(content), "quarantined"))
        self.assertEqual(len(self.json("status")["quarantined"]), len(hostile))
        self.whole()  # decrypts and digests every exhibit's bytes, quarantined ones too

    def test_broken_pdfs_and_images(self):
        pdfs, images = shared("pdf_tests"), shared("images")
        done = self.add(pdfs, images, code=BAD_INPUT)
        self.assertEqual(set(done), set(os.listdir(pdfs)) | set(os.listdir(images)))
        for name, item in done.items():
            with open(os.path.join(pdfs if name.endswith(".pdf") else images, name), "rb") as stream:
                self.assertEqual(item["digest"], sha(stream.read()))
        for name in ("error.pdf", "not_a_pdf.pdf"):  # a word and nothing at all, under a PDF's name: never taken for one
            self.assertNotEqual(done[name]["media"], "application/pdf")
        for name in ("chinese.pdf", "korean.pdf", "regular.pdf", "blank.pdf", "DSCN0010.jpg"):
            self.assertEqual(done[name]["state"], "sealed", done[name])
        self.whole()

    def test_transcript_beside_a_recording(self):
        wave = b"RIFF" + (36 + 16000).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data" + (16000).to_bytes(4, "little") + b"\x80" * 16000
        vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nI saw the yard behind the mill.\n\n00:00:03.500 --> 00:00:05.000\nIt was in spring.\n"
        self.write("talk/hearing.wav", wave)
        self.write("talk/hearing.vtt", vtt)
        self.write("talk/alone.vtt", vtt.replace("mill", "school"))
        done = self.add(self.path("talk"))
        self.assertEqual(set(done), {"hearing.wav", "alone.vtt"}, "a transcript beside its recording is a layer of it")
        self.assertEqual(done["hearing.wav"]["state"], "sealed", done["hearing.wav"])
        hit = self.items("search", '"behind the mill"')[0]
        self.assertEqual((hit["name"], hit["layer"], hit["from_ms"], hit["to_ms"]), ("hearing.wav", "transcript", 1000, 3000))
        passage = self.json("passage", "add", done["hearing.wav"]["id"], "--time", "3500-5000")
        self.assertEqual(fold(passage["data"]["quote"]), "It was in spring.")
        self.whole()

    def test_names_that_are_no_names(self):
        folder = self.path("names")
        os.mkdir(folder)
        odd = [b"bad-\xff\xfe.txt", "줄\n바꿈.txt".encode(), b"-rf", b"--source", "‮gpj.exe".encode(), b"a" * 250 + b".txt", b"'; DROP TABLE thing; --.txt", b"\x1b]0;owned\x07\x1b[2Jred.txt", b"%s%n%p.txt", b" .txt"]
        for number, name in enumerate(odd):
            with open(os.path.join(folder.encode(), name), "wb") as out:
                out.write(b"content %d\n" % number)
        done = self.add(folder)
        self.assertEqual(len(done), len(odd))
        self.assertEqual({item["state"] for item in done.values()}, {"sealed"})
        listed = self.items("ls", "exhibits")
        self.assertEqual(len(listed), len(odd))
        said = self.run_oyer("ls", "exhibits").stdout + self.run_oyer("add", folder, "--source", "S").stdout
        for row in listed:
            said += self.run_oyer("show", row["id"]).stdout
        for steers in ("\x1b", "\x07", "\u202e"):
            self.assertNotIn(steers, said, "a file's name steers the terminal")
        self.whole()

    def test_noise_never_harms(self):
        chance = random.Random(8)
        seeds = [b"%PDF-1.4\n", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"II*\0", b"GIF89a", b"PK\x03\x04", b"RIFF", b"<html>", b"From: x\r\n", b"WEBVTT\n\n", b"{", b"\xef\xbb\xbf", b"%!PS", b"\xd0\xcf\x11\xe0", b"BM", b""]
        folder = self.path("noise")
        for number in range(600 if LONG else 80):
            head = chance.choice(seeds)
            body = chance.randbytes(chance.randrange(0, 3000)) if chance.random() < .6 else bytes(chance.choice(b"<>/ \n\r\0%()[]ab9") for _ in range(chance.randrange(0, 3000)))
            self.write("noise/%03d%s" % (number, chance.choice((".pdf", ".jpg", ".png", ".html", ".eml", ".csv", ".vtt", ".txt", ".tif", ""))), head + b"%d" % number + body)
        done = self.add(folder)
        self.assertEqual(len(done), 600 if LONG else 80)
        self.assertEqual(len(self.items("ls", "exhibits")), len(done))
        self.whole()

    def test_broken_copies_of_real_files(self):
        pdfs = shared("pdf_tests")
        chance = random.Random(9)
        for number in range(200 if LONG else 15):
            name = chance.choice(("chinese.pdf", "sample-english.pdf", "regular.pdf", "test.pdf"))
            with open(os.path.join(pdfs, name), "rb") as stream:
                data = bytearray(stream.read())
            for _ in range(chance.randrange(1, 60)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            if chance.random() < .3:
                del data[chance.randrange(len(data)):]
            self.write("torn/%03d.pdf" % number, bytes(data))
        done = self.add(self.path("torn"))
        self.assertEqual(len(done), 200 if LONG else 15)
        self.whole()

    def test_a_file_that_changes_meanwhile(self):
        path = self.write("moving.txt", "x" * 2000000)
        child = self.start(self.command("add", path, "--source", "S", "--json"))
        for number in range(50):
            with open(path, "r+b") as out:
                out.write(b"%d" % number)
        out, err = child.communicate(timeout=60)
        self.assertIn(child.returncode, (DONE, BAD_INPUT), err)
        self.whole()


if __name__ == "__main__":
    unittest.main()
