# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at any moment of taking in: what was acknowledged is there, and the same command finishes with nothing doubled."""
import csv
import io
import random
import threading
import time
import unittest
import zlib

from support import *

# 1,000 kills in the long run: small inputs, so that they fit into a quarter of an hour.
FILES = 60 if LONG else 200
KILLS = 600 if LONG else 10
IMPORTS = 200 if LONG else 3
SERVERS = 200 if LONG else 3


def png(seed):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    row = b"\0" + bytes((seed * 7 + i) % 256 for i in range(24))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0") + chunk(b"IDAT", zlib.compress(row * 8)) + chunk(b"IEND", b"")


def small_file(number, chance):
    words = " ".join(chance.choice(("river", "camp", "수용소", "شهادة", "witness", "letter", "2008")) for _ in range(chance.randrange(5, 400)))
    kind = number % 8
    if kind == 0:
        return "note-%03d.txt" % number, "Note %d. %s\n" % (number, words)
    if kind == 1:
        return "page-%03d.html" % number, "<html><head><title>%d</title></head><body><p>%s</p></body></html>" % (number, words)
    if kind == 2:
        return "list-%03d.csv" % number, "name,year\nPerson %d,%d\n" % (number, 1900 + number)
    if kind == 3:
        return "mail-%03d.eml" % number, "From: a@example.org\r\nTo: b@example.org\r\nSubject: %d\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n" % (number, words)
    if kind == 4:
        return "broken-%03d.pdf" % number, "%%PDF-1.4\nbroken %d\n" % number
    if kind == 5:
        return "picture-%03d.png" % number, png(number)
    if kind == 6:
        return "deep/er/large-%03d.txt" % number, "%d\n" % number + words * 60
    return "이름-%03d.txt" % number, "넷 %d\n%s\n" % (number, words)


class KillTest(Case):
    MAKE = False

    def setUp(self):
        super().setUp()
        chance = random.Random(20130321)
        for number in range(FILES):
            name, content = small_file(number, chance)
            self.write("in/" + name, content)

    def fresh(self, number):
        self.case = self.path("case-%d" % number)
        self.make_case()
        self.source("S")

    def add(self):
        return self.command("add", self.path("in"), "--source", "S", "--jsonl")

    def test_kill_at_random_moments(self):
        seed = int(os.environ.get("OYER_E2E_SEED", "0")) or random.randrange(1, 10 ** 6)
        chance = random.Random(seed)
        self.fresh(0)
        began = time.monotonic()
        self.raw(self.add(), BAD_INPUT)
        whole_time = time.monotonic() - began
        cases, kills, in_time = 1, 0, 0
        with self.subTest(seed=seed):
            while kills < KILLS:
                self.fresh(cases)
                cases += 1
                acknowledged = {}
                # Several kills on one case, each a little further, until it is finished.
                for _ in range(4):
                    kills += 1
                    lines, ended = self.killed(chance.uniform(0, whole_time * 0.5))
                    in_time += not ended
                    for line in lines:
                        self.assertIn(line["state"], ("sealed", "already-held", "quarantined"))
                        self.assertEqual(acknowledged.setdefault(line["file"], line["full_id"]), line["full_id"], "a file got two exhibits")
                    self.nothing_is_lost(acknowledged, [line["full_id"] for line in lines if line["state"] != "already-held"])
                self.finishes(acknowledged)
            self.assertGreater(in_time, KILLS // 3, "too few kills fell into the work: this test tests nothing")

    def killed(self, after):
        child = self.start(self.add())
        try:
            out, _ = child.communicate(timeout=after)
            return [json.loads(line) for line in out.decode().splitlines()], True
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            out, _ = child.communicate()
        # The last line may be torn: what ends with a line feed was acknowledged.
        whole = out.decode("utf-8", "replace").split("\n")[:-1]
        return [json.loads(line) for line in whole], False

    def nothing_is_lost(self, acknowledged, news):
        here = {row["full_id"] for row in self.items("ls", "exhibits")}
        self.assertEqual(set(acknowledged.values()) - here, set(), "acknowledged and lost")
        for one in news[-25:] if not LONG else news:
            self.assertEqual(self.json("show", one)["full_id"], one)
        self.whole()

    def finishes(self, acknowledged):
        answer = self.json("add", self.path("in"), "--source", "S", code=(DONE, BAD_INPUT))
        self.assertEqual(len(answer["items"]), FILES)
        for item in answer["items"]:
            if item["file"] in acknowledged:
                self.assertEqual((item["state"], item["full_id"]), ("already-held", acknowledged[item["file"]]))
        exhibits = self.items("ls", "exhibits")
        self.assertEqual(len(exhibits), FILES)
        self.assertEqual(len({row["data"]["digest"] for row in exhibits}), FILES, "a file stands twice")
        self.whole()
        self.rebuilt_equal("--signatures")

    def test_kill_while_a_table_is_imported(self):
        self.fresh(0)
        chance = random.Random()
        acknowledged, in_time, takes = set(), 0, 0.12
        for number in range(IMPORTS):
            out = io.StringIO()
            rows = csv.writer(out)
            rows.writerow(["label", "kind"])
            for row in range(300):
                rows.writerow(["L-%d-%03d" % (number % 20, row), "person"])
            table = self.write("sources.csv", out.getvalue())
            child = self.start(self.command("source", "import", table, "--jsonl"))
            started = time.monotonic()
            try:  # within the time that an import took here: machines differ
                child.wait(chance.uniform(0, takes))
            except subprocess.TimeoutExpired:
                pass
            child.send_signal(signal.SIGKILL)
            child.communicate()
            if child.returncode == DONE:
                takes = 0.8 * min(takes, time.monotonic() - started)
            in_time += child.returncode == -signal.SIGKILL
            if child.returncode == DONE:  # an import is acknowledged as a whole
                acknowledged |= {"L-%d-%03d" % (number % 20, row) for row in range(300)}
            self.whole()
            if number % 20 == 19 or not LONG:
                here = self.items("ls", "sources")
                labels = [row["label"] for row in here]
                self.assertEqual(len(labels), len(set(labels)), "a row stands twice")
                self.assertEqual(acknowledged - set(labels), set(), "acknowledged and lost")
                self.rebuilt_equal()
        self.assertGreater(in_time, IMPORTS // 3, "too few kills fell into the work: this test tests nothing")

    def test_kill_a_server_that_is_being_called(self):
        self.fresh(0)
        chance = random.Random()
        acknowledged, asked = {}, []
        for number in range(SERVERS):
            server = self.start(self.command("serve", "--listen", "127.0.0.1:0"))
            server.stdout.readline()  # it listens
            stop = threading.Event()

            def call(caller):
                for turn in range(1000):
                    if stop.is_set():
                        return
                    label = "N-%d-%d-%d" % (number, caller, turn)
                    asked.append(label)
                    done = self.raw(self.command("source", "add", "--label", label, "--kind", "person", "--json"))
                    if done.returncode == DONE:
                        acknowledged[label] = json.loads(done.stdout)["full_id"]
            callers = [threading.Thread(target=call, args=(caller,)) for caller in range(2)]
            for caller in callers:
                caller.start()
            time.sleep(chance.uniform(0, 0.15))
            server.send_signal(signal.SIGKILL)
            stop.set()
            for caller in callers:
                caller.join()
            server.communicate()
            self.children.clear()
            if number % 10 == 9 or not LONG:
                here = {}
                for row in self.items("ls", "sources"):
                    self.assertNotIn(row["label"], here, "a call stands twice")
                    here[row["label"]] = row["full_id"]
                self.assertEqual({label: here.get(label) for label in acknowledged}, acknowledged, "acknowledged and lost")
                self.assertEqual(set(here) - set(asked), {"S"})
            self.whole()
        self.assertGreater(len(acknowledged), SERVERS // 2)
        self.rebuilt_equal("--signatures")

    def test_kill_while_the_case_is_made(self):
        chance = random.Random()
        for number in range(60 if LONG else 12):
            case = self.path("half-%d" % number)
            child = self.start([OYER, "init", case, "--title", "T"])
            time.sleep(chance.uniform(0, 0.06))
            child.send_signal(signal.SIGKILL)
            child.communicate()
            if os.path.exists(case + "/case.toml"):
                # It says that it is a case, so it must be one that works.
                self.json("status", case=case)
                self.json("source", "add", "--label", "S", "--kind", "person", case=case)
                self.whole(case=case)


if __name__ == "__main__":
    unittest.main()
