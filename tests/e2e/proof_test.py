# SPDX-License-Identifier: GPL-3.0-or-later
"""What others say about the record: witnesses and time authorities, honest, absent, mistaken and deceived."""
import http.client
import re
import shutil
import socket
import threading
import time
import unittest

from support import *


class ProofTest(Case):
    def setUp(self):
        super().setUp()
        self.source("S", kind="press")
        self.log = self.json("witness", "ls")["log"]
        self.origin = self.log.split("+")[0]

    # -- services

    def serve(self, kind, folder, port=0):
        """Starts `oyer witness serve` or `oyer tsa serve`; its address."""
        child = self.start([OYER, kind, "serve", self.path(folder), "--listen", "127.0.0.1:%d" % port])
        said = []
        while True:
            line = child.stdout.readline().decode()
            self.assertTrue(line, "it ended: %s %s" % (said, child.stderr.read() if child.poll() is not None else ""))
            said.append(line)
            found = re.search(r"Listening on (http://127\.0\.0\.1:\d+)\.", line)
            if found:
                break
        child.greeting = "".join(said)
        self.services = getattr(self, "services", {})
        self.services[folder] = child
        return found.group(1)

    def stop(self, folder):
        child = self.services.pop(folder)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(timeout=20), 0)

    def witness(self, folder, trust=True):
        """A new witness that watches this case's log; its key."""
        key = json.loads(self.raw([OYER, "witness", "new", self.path(folder), "--name", "witness.invalid/" + folder, "--json"], DONE).stdout)["key"]
        if trust:
            self.raw([OYER, "witness", "trust", self.path(folder), self.log], DONE)
        return key

    def three_witnesses(self):
        """Two are up, one is down; two are asked for."""
        self.keys, self.urls = {}, {}
        for name in ("a", "b", "c"):
            self.keys[name] = self.witness(name)
            self.urls[name] = self.serve("witness", name)
            self.json("witness", "add", name, "--key", self.keys[name], "--url", self.urls[name])
        self.stop("c")
        self.assertEqual(self.json("witness", "add", "--quorum", "2")["quorum"], 2)

    def authority(self, folder, *more, name=None):
        self.raw([OYER, "tsa", "new", self.path(folder), "--name", name or "Authority " + folder] + list(more), DONE)
        return self.path(folder)

    def checkpoint(self, *more, code=DONE, **options):
        answer = self.json("log", "checkpoint", *more, code=code, **options)
        answer["states"] = {row["witness"]: row["state"] for row in answer["witnesses"]}
        answer["stamped"] = {row["authority"]: row["state"] for row in answer.get("stamps", [])}
        return answer

    def kept(self, case=None):
        folder = os.path.join(case or self.case, "journal", "checkpoints")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def faults(self, *more, code=FAILED, **options):
        answer = self.json("verify", *more, code=code, **options)
        return "\n".join(answer["faults"])

    def post(self, url, body, path="/add-checkpoint"):
        connection = http.client.HTTPConnection(url[len("http://"):], timeout=20)
        self.addCleanup(connection.close)
        connection.request("POST", path, body=body)
        answer = connection.getresponse()
        answer.content = answer.read()
        return answer

    # -- witnesses

    def test_two_of_three_with_one_down(self):
        self.three_witnesses()
        answer = self.checkpoint()
        self.assertEqual(answer["states"], {"a": "cosigned", "b": "cosigned", "c": "unreachable"})
        self.assertTrue(answer["quorum_met"])
        self.assertFalse(answer["forked"])
        size = answer["size"]
        self.assertEqual(self.kept(), ["%020d" % size])
        # For people; the same checkpoint keeps the lines that it has.
        said = self.run_oyer("log", "checkpoint").stdout
        self.assertIn("Checkpoint of %d entries" % size, said)
        self.assertEqual(said.count("is held already"), 2)
        self.assertIn("The quorum of witnesses is met.", said)
        self.assertEqual(self.whole()["witnessed_entries"], size)
        # Without keys as well.
        self.assertEqual(self.whole(env={"OYER_KEY_FILE": None})["witnessed_entries"], size)
        self.assertIn("The quorum of witnesses has seen the first %d entries." % size, self.run_oyer("verify").stdout)
        self.assertEqual([("cosigned" in row) for row in self.json("witness", "ls")["items"]], [True, True, False])
        # The third comes back: it is asked, the others are not.
        self.serve("witness", "c", int(self.urls["c"].rsplit(":", 1)[1]))
        self.assertEqual(self.checkpoint()["states"], {"a": "held", "b": "held", "c": "cosigned"})
        with open(os.path.join(self.case, "journal", "checkpoints", "%020d" % size)) as kept, open(os.path.join(self.case, "journal", "checkpoint")) as newest:
            self.assertEqual(kept.read(), newest.read())
        # The record grows; old checkpoints stay and are judged on.
        self.source("T", kind="press")
        self.assertEqual(self.whole()["witnessed_entries"], size)
        self.assertEqual(set(self.checkpoint()["states"].values()), {"cosigned"})
        self.assertEqual(len(self.kept()), 2)
        self.whole()
        self.rebuilt_equal()

    def test_quorum_not_met_and_offline(self):
        self.three_witnesses()
        self.stop("b")
        said = self.run_oyer("log", "checkpoint").stdout
        self.assertIn("The quorum of witnesses is NOT met.", said)
        self.source("T", kind="press")
        answer = self.checkpoint("--offline")
        self.assertEqual(set(answer["states"].values()), {"not-asked"})
        self.assertNotIn("stamps", answer)
        self.assertEqual(self.whole()["witnessed_entries"], 0)

    def test_wrong_key_and_unknown_log(self):
        # The address of b under the key of a: its answer verifies under no key of the policy.
        key = self.witness("a")
        self.witness("b")
        self.json("witness", "add", "a", "--key", key, "--url", self.serve("witness", "b"))
        answer = self.checkpoint(code=FAILED)
        self.assertEqual(answer["states"], {"a": "refused"})
        self.assertIn("does not verify", answer["witnesses"][0]["text"])
        self.assertEqual(self.kept(), [])
        # A witness that does not watch this log.
        self.json("witness", "add", "c", "--key", self.witness("c", trust=False), "--url", self.serve("witness", "c"))
        answer = self.checkpoint(code=FAILED)
        self.assertEqual(answer["states"]["c"], "refused")
        self.assertIn("log.vkey", answer["witnesses"][1]["text"])
        # Trusted while it serves.
        self.raw([OYER, "witness", "trust", self.path("c"), self.log], DONE)
        self.assertEqual(self.checkpoint(code=FAILED)["states"], {"a": "refused", "c": "cosigned"})
        self.whole()

    def test_names_and_keys_are_checked(self):
        key = self.witness("a")
        self.json("witness", "add", "a", "--key", key)
        for words, code in ((("add", "none", "--key", self.witness("d")), USAGE), (("add", "needed", "--key", key), USAGE), (("add", "A b", "--key", key), USAGE), (("add", "b", "--key", self.log), USAGE), (("add", "b"), USAGE),
                            (("add", "b", "--key", key), BAD_INPUT), (("add", "a", "--key", self.witness("e")), BAD_INPUT), (("add", "--quorum", "2"), BAD_INPUT), (("add", "--quorum", "-1"), USAGE),
                            (("add", "b", "--key", self.witness("f"), "--url", "ftp://x"), USAGE)):
            with self.subTest(words):
                self.refused("witness", *words, code=code)
        self.assertEqual(len(self.json("witness", "ls")["items"]), 1)
        self.refused("witness", "new", self.path("a"), "--name", "again", code=BAD_INPUT)
        self.refused("witness", "trust", self.path("nowhere"), self.log, code=NOT_FOUND)
        self.refused("witness", "trust", self.path("a"), key, code=USAGE)
        self.refused("witness", "serve", self.path("nowhere"), code=NOT_FOUND)
        self.serve("witness", "a")
        self.refused("witness", "serve", self.path("a"), "--listen", "127.0.0.1:0", code=REFUSED)
        self.assertEqual(os.stat(self.path("a/witness.key")).st_mode & 0o777, 0o600)
        self.whole()

    def test_history_rewritten_with_the_stolen_key(self):
        """A copy of the case and one key: two histories. The witness sees the first and refuses the second, which says FORK from then on."""
        key = self.witness("a")
        url = self.serve("witness", "a")
        self.json("witness", "add", "a", "--key", key, "--url", url, "--quorum", "1")
        other = self.path("other")
        shutil.copytree(self.case, other)
        self.json("source", "add", "--label", "TRUE", "--kind", "press")
        self.json("source", "add", "--label", "FALSE", "--kind", "press", case=other)
        size = self.checkpoint()["size"]
        self.whole()
        done = self.run_oyer("log", "checkpoint", case=other, code=FAILED)
        self.assertIn("FORK", done.stdout)
        self.assertIn("journal/forks/", done.stdout)
        self.assertEqual(len(os.listdir(other + "/journal/forks")), 2)
        self.assertEqual(self.kept(other), [])
        text = self.faults(case=other)
        self.assertIn("FORK: the log's key has signed another history", text)
        self.assertIn("%d entries with another root" % size, text)
        # Without keys too, and for people.
        self.assertIn("FORK", self.faults(case=other, env={"OYER_KEY_FILE": None}))
        self.assertIn("FAULT: FORK", self.run_oyer("verify", case=other, code=FAILED).stdout)
        # The false history grows past the true one: refused as before, and no second pair of the same evidence.
        self.json("source", "add", "--label", "MORE", "--kind", "press", case=other)
        self.assertEqual(self.checkpoint(case=other, code=FAILED)["states"], {"a": "fork"})
        self.assertEqual(self.checkpoint(case=other, code=FAILED)["states"], {"a": "fork"})
        self.assertEqual(len(os.listdir(other + "/journal/forks")), 3)
        # The witness kept its evidence as well, and says so when it is opened again.
        self.stop("a")
        self.serve("witness", "a", int(url.rsplit(":", 1)[1]))
        self.assertIn("CONFLICTING CHECKPOINTS", self.services["a"].greeting)
        # The true one was never touched.
        self.json("source", "add", "--label", "ON", "--kind", "press")
        self.assertEqual(self.checkpoint()["states"], {"a": "cosigned"})
        self.whole()
        # Evidence that was spoilt is told, too.
        name = os.listdir(other + "/journal/forks")[0]
        with open(other + "/journal/forks/" + name, "r+b") as file:
            file.seek(10)
            file.write(b"#")
        self.assertIn("is no checkpoint under this log's signature", self.faults(case=other))

    def test_restored_old_copy(self):
        key = self.witness("a")
        self.json("witness", "add", "a", "--key", key, "--url", self.serve("witness", "a"), "--quorum", "1")
        old = self.path("old")
        shutil.copytree(self.case, old)
        for label in ("T", "U"):
            self.source(label, kind="press")
        size = self.checkpoint()["size"]
        answer = self.checkpoint(case=old, code=FAILED)
        self.assertEqual(answer["states"], {"a": "ahead"})
        self.assertTrue(answer["forked"])
        self.assertIn("It has seen %d entries" % size, answer["witnesses"][0]["text"])
        self.assertIn("%d entries, more than are here" % size, self.faults(case=old))
        # When the newest entries are back, the same evidence accuses nobody.
        shutil.copytree(old + "/journal/forks", self.case + "/journal/forks")
        self.whole()

    def test_a_witness_that_lies_stops_nothing(self):
        """It claims to be ahead and can't show it; it answers with rubbish, with another's checkpoint, not at all."""
        lies = {"answer": (409, "text/x.tlog.size", b"99999\n"), "show": (404, "text/plain", b"")}
        server = Liar(lies)
        self.addCleanup(server.close)
        key = self.witness("a")
        self.json("witness", "add", "good", "--key", self.witness("b"), "--url", self.serve("witness", "b"))
        self.json("witness", "add", "liar", "--key", key, "--url", server.url, "--quorum", "1")
        for number, (answer, show) in enumerate((
                ((409, "text/x.tlog.size", b"99999\n"), (404, "text/plain", b"")),
                ((409, "text/x.tlog.size", b"99999\n"), (200, "text/plain", b"rubbish\n")),
                ((409, "text/x.tlog.size", b"99999\n"), None),  # shows our own, older checkpoint
                ((409, "text/x.tlog.size", b"-1\n"), (404, "text/plain", b"")),
                ((409, "text/x.tlog.size", b"1\n"), (404, "text/plain", b"")),
                ((409, "text/plain", b"no\n"), (200, "text/plain", b"")),
                ((422, "text/plain", b"\x1b[2Jno\n"), None),
                ((200, "text/plain", b"<html></html>\n"), (404, "text/plain", b"")),
                ((200, "text/plain", b""), (404, "text/plain", b"")),
                ((200, "text/plain", b"x" * 100000), (404, "text/plain", b"")),
                ((500, "text/plain", b"\xff\xfe\n"), (404, "text/plain", b"")),
                ((302, "text/plain", b""), (404, "text/plain", b"")))):
            with self.subTest(answer=answer):
                with open(self.case + "/journal/checkpoint", "rb") as file:
                    lies["answer"], lies["show"] = answer, show or (200, "text/plain", file.read())
                self.source("L%d" % number, kind="press")
                done = self.run_oyer("log", "checkpoint", code=(DONE, FAILED, BAD_INPUT, INTERRUPTED, DAMAGED))
                self.assertNotIn("\x1b", done.stdout)
                self.assertNotIn("FORK:", done.stdout)
                self.assertIn(done.returncode, (DONE, FAILED), done.stderr)
                self.assertIn("The quorum of witnesses is met.", done.stdout)
                self.assertFalse(os.path.exists(self.case + "/journal/forks"))
                self.assertEqual(len(self.kept()), number + 1)
                self.assertEqual(self.whole()["witnessed_entries"], self.json("log", "checkpoint", "--offline")["size"])

    def test_the_service_over_http(self):
        self.witness("a")
        url = self.serve("witness", "a")
        for method, path, status in (("GET", "/", 404), ("GET", "/add-checkpoint", 405), ("POST", "/", 404), ("GET", "/checkpoint", 404), ("GET", "/..%2f..%2fwitness.key/checkpoint", 404), ("GET", "/%00/checkpoint", 404), ("DELETE", "/add-checkpoint", 405)):
            connection = http.client.HTTPConnection(url[len("http://"):], timeout=20)
            connection.request(method, path)
            answer = connection.getresponse()
            self.assertEqual(answer.status, status, (method, path, answer.read()))
            connection.close()
        self.assertEqual(self.post(url, b"").status, 400)
        self.assertEqual(self.post(url, os.urandom(60000)).status, 400)
        # Too large a request gets no answer or a refusal, and the next one is served.
        try:
            self.assertGreaterEqual(self.post(url, b"x" * 1000000).status, 400)
        except (OSError, http.client.HTTPException):
            pass  # the connection was closed before all of it was sent
        # Many who connect and say nothing do not stop it.
        idle = [socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) for _ in range(200)]
        self.assertEqual(self.post(url, b"old 0\n").status, 400)
        for one in idle:
            one.close()

    @unittest.skipUnless(LONG, "it waits half a minute (OYER_E2E_LONG=1)")
    def test_silent_clients_are_let_go(self):
        self.witness("a")
        url = self.serve("witness", "a")
        port = int(url.rsplit(":", 1)[1])
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(256)]
        start = time.monotonic()
        stop = threading.Event()

        def drip():  # and some who say a little now and then
            while not stop.wait(3):
                for one in idle[:20]:
                    try:
                        one.send(b"P")
                    except OSError:
                        pass
        threading.Thread(target=drip, daemon=True).start()
        status = None
        while status is None and time.monotonic() - start < 45:  # all places are taken: a new client is turned away until some are let go
            try:
                status = self.post(url, b"old 0\n").status
            except (OSError, http.client.HTTPException):
                time.sleep(0.5)
        stop.set()
        self.assertEqual(status, 400)
        self.assertGreater(time.monotonic() - start, 20)
        for one in idle:
            one.close()

    # -- time

    def test_two_authorities(self):
        a, b = self.authority("ta"), self.authority("tb")
        self.json("tsa", "add", "a", "--url", self.serve("tsa", "ta"), "--certificates", a + "/ca.pem")
        self.json("tsa", "add", "b", "--folder", b)
        answer = self.checkpoint()
        self.assertEqual(answer["stamped"], {"a": "stamped", "b": "stamped"})
        self.assertEqual(len([n for n in self.kept() if n.endswith(".tsr")]), 2)
        self.assertEqual(self.checkpoint()["stamped"], {"a": "held", "b": "held"})
        answer = self.whole()
        self.assertEqual([(row["authority"], row["anchored"]) for row in answer["stamps"]], [("a", False), ("b", False)])
        self.assertIn("says the time authority “a”", self.run_oyer("verify").stdout)
        self.whole(env={"OYER_KEY_FILE": None})
        listed = self.json("tsa", "ls")
        self.assertEqual([row["name"] for row in listed["items"]], ["a", "b"])
        self.assertEqual(len(listed["stamps"]), 2)
        self.assertIn("renew before", self.run_oyer("tsa", "ls").stdout)
        # One goes away: the checkpoint stands with the other's token, and gets the missing one later.
        port = int(self.json("tsa", "ls")["items"][0]["url"].rsplit(":", 1)[1])
        self.stop("ta")
        self.source("T", kind="press")
        self.assertEqual(self.checkpoint()["stamped"], {"a": "unreachable", "b": "stamped"})
        self.serve("tsa", "ta", port)
        self.assertEqual(self.checkpoint()["stamped"], {"a": "stamped", "b": "held"})
        # A folder that is not there is told as such; then its address is set right.
        self.json("tsa", "add", "b", "--url", "dir:" + self.path("nowhere"), "--certificates", b + "/ca.pem")
        self.source("V", kind="press")
        answer = self.checkpoint()
        self.assertEqual(answer["stamped"], {"a": "stamped", "b": "unreachable"})
        self.assertNotIn("another process", answer["stamps"][1]["text"])
        self.json("tsa", "add", "b", "--folder", b)
        self.json("tsa", "add", "a", "--folder", a)
        self.whole()
        self.stop("ta")
        self.source("U", kind="press")
        self.assertEqual(self.checkpoint()["stamped"], {"a": "stamped", "b": "stamped"})
        self.whole()
        self.rebuilt_equal()

    def test_token_of_another_authority(self):
        a, b = self.authority("ta"), self.authority("tb")
        self.json("tsa", "add", "a", "--url", self.serve("tsa", "tb"), "--certificates", a + "/ca.pem")
        answer = self.checkpoint(code=FAILED)
        self.assertEqual(answer["stamped"], {"a": "refused"})
        self.assertEqual([n for n in self.kept() if n.endswith(".tsr")], [])
        self.whole()
        self.refused("tsa", "add", "a", "--url", "http://127.0.0.1:1", "--certificates", b + "/ca.pem", code=BAD_INPUT)
        for words, code in ((("tsa", "add", "x", "--url", "http://127.0.0.1:1"), USAGE), (("tsa", "add", "x", "--folder", self.path("nowhere")), NOT_FOUND), (("tsa", "add", "x", "--folder", a, "--certificates", a + "/tsa.key"), BAD_INPUT), (("tsa", "add", "X Y", "--folder", a), USAGE),
                            (("tsa", "new", a), REFUSED), (("tsa", "new", self.path("tx"), "--years", "0"), USAGE), (("tsa", "serve", self.path("nowhere")), NOT_FOUND)):
            with self.subTest(words):
                self.refused(*words, code=code)
        # Certificates in DER are no text for an entry; without the last line feed they are.
        der = self.path("ca.der")
        subprocess.run(["openssl", "x509", "-in", a + "/ca.pem", "-outform", "DER", "-out", der], check=True)
        self.refused("tsa", "add", "x", "--folder", a, "--certificates", der, code=BAD_INPUT)
        with open(a + "/ca.pem", "rb") as file:
            short = self.write("short.pem", file.read().rstrip(b"\n"))
        self.json("tsa", "add", "y", "--folder", a, "--certificates", short)
        self.assertEqual(self.checkpoint(code=FAILED)["stamped"], {"a": "refused", "y": "stamped"})
        self.whole()

    def test_renewal(self):
        a, b = self.authority("ta", "--years", "1"), self.authority("tb", "--years", "10")
        self.json("tsa", "add", "a", "--folder", a)
        self.checkpoint()
        self.assertEqual(self.items("tsa", "renew"), [])  # a year is more than 180 days
        self.assertIn("No token needs to be renewed yet.", self.run_oyer("tsa", "renew").stdout)
        # The authority itself lasts no longer.
        row = self.items("tsa", "renew", "--days", "400", code=FAILED)[0]
        self.assertEqual(row["state"], "failed")
        self.json("tsa", "add", "b", "--folder", b)
        row = self.items("tsa", "renew", "--days", "400")[0]
        self.assertEqual((row["state"], row["authority"], row["by"]), ("renewed", "a", "b"))
        self.assertEqual(len([n for n in self.kept() if n.endswith(".ers")]), 1)
        stamp = self.whole()["stamps"][0]
        self.assertGreater(stamp["valid_until"][:4], "2030")
        self.assertEqual(self.json("tsa", "ls")["stamps"][0]["renewals"], 1)
        self.assertEqual(self.items("tsa", "renew", "--days", "400"), [])
        self.whole(env={"OYER_KEY_FILE": None})
        # Again, well before the second authority ends, by a third.
        self.json("tsa", "add", "c", "--folder", self.authority("tc", "--years", "20"))
        row = self.items("tsa", "renew", "--days", "4000")[0]
        self.assertEqual((row["state"], row["by"]), ("renewed", "c"))
        self.assertEqual(self.json("tsa", "ls")["stamps"][0]["renewals"], 2)
        # Those certificates are for renewals: under the name of a, an answer of b is refused as before.
        self.json("tsa", "add", "a", "--folder", b, "--certificates", a + "/ca.pem")
        self.source("T", kind="press")
        self.assertEqual(self.checkpoint(code=FAILED)["stamped"], {"a": "refused", "b": "stamped", "c": "stamped"})
        # And its address can still be changed.
        self.json("tsa", "add", "a", "--url", "http://127.0.0.1:1", "--certificates", a + "/ca.pem")
        self.whole()
        # Certificates that nobody decided do not slip in below those of a renewal.
        with open(self.case + "/journal/checkpoints/a.chain.pem", "ab") as out, open(self.authority("td") + "/ca.pem", "rb") as more:
            out.write(more.read())
        self.assertIn("a.chain.pem is not what this case's people decided", self.faults())

    # -- anchors

    def anchor(self, text, name="anchor"):
        return self.write(name, text)

    def test_anchor(self):
        self.three_witnesses()
        a, b = self.authority("ta"), self.authority("tb")
        self.json("tsa", "add", "a", "--folder", a)
        self.checkpoint()
        certificate = {}
        for name, folder in (("a", a), ("b", b)):
            with open(folder + "/ca.pem") as file:
                certificate[name] = file.read()
        stranger = self.witness("stranger", trust=False)
        line = "log %s\n" % self.log
        two = "".join("witness %s %s\n" % (name, self.keys[name]) for name in "ab")

        def verify(text, code=DONE):
            answer = self.json("verify", "--anchor", self.anchor(text), code=code)
            self.assertEqual(answer["authenticated"], code == DONE)
            self.assertEqual((answer["whole"], answer["faults"]), (True, []))
            return answer
        verify(line)
        verify(line + two + "group g all a b\nquorum g\n")
        verify(line + two + "quorum b\n")
        self.assertFalse(verify(line)["stamps"][0]["anchored"])
        self.assertTrue(verify(line + certificate["a"])["stamps"][0]["anchored"])
        self.assertTrue(verify(line + two + "quorum a\n" + certificate["b"] + certificate["a"])["stamps"][0]["anchored"])
        self.assertFalse(verify(line + certificate["b"])["stamps"][0]["anchored"])
        # The quorum is not met: the third was down, a stranger never saw it.
        three = line + two + "witness c %s\n" % self.keys["c"]
        self.assertIn("quorum", verify(three + "group g all a b c\nquorum g\n", FAILED)["anchor_faults"][0])
        verify(line + "witness s %s\nquorum s\n" % stranger, FAILED)
        # Another log's key, of the same name even.
        elsewhere = self.path("elsewhere")
        self.raw([OYER, "init", elsewhere, "--title", "Another"], DONE)
        foreign = self.json("witness", "ls", case=elsewhere)["log"]
        said = verify("log %s\n" % foreign, FAILED)
        self.assertIn("not signed by a log's key of the anchor", said["anchor_faults"][0])
        done = self.run_oyer("verify", "--anchor", self.anchor("log %s\n" % foreign), code=FAILED)
        self.assertIn("NOT AUTHENTICATED.", done.stdout)
        self.assertIn("AUTHENTICATED: the first", self.run_oyer("verify", "--anchor", self.anchor(line)).stdout)
        verify(line + "log %s\nquorum none\n" % foreign)
        # What is no anchor is refused, and never taken for one that asks for less.
        for bad in ("", "rubbish\n", "quorum none\n", line + two, line + two + "quorum nobody\n", line + certificate["a"] + two + "quorum a\n", certificate["a"]):
            self.refused("verify", "--anchor", self.anchor(bad, "bad"), code=USAGE)
        self.refused("verify", "--anchor", self.path("nothing"), code=NOT_FOUND)
        # The record grows beyond what was witnessed: what was vouched for stays so, and what came later is told apart.
        self.source("T", kind="press")
        self.assertEqual(verify(line)["authenticated_entries"], verify(line)["entries"])
        said = verify(line + two + "quorum b\n")
        self.assertLess(said["authenticated_entries"], said["entries"])
        self.assertIn("quorum", said["anchor_faults"][0])

    # -- damage

    def test_the_policy_is_a_decision(self):
        self.three_witnesses()
        self.checkpoint()
        path = self.case + "/journal/policy"
        with open(path) as file:
            good = file.read()
        self.assertIn("group needed 2 a b c", good)
        for bad in (good.replace("group needed 2", "group needed 1"), good.replace("quorum needed", "quorum none"), good.replace("quorum needed", "quorum a"), good.replace(self.urls["a"], "http://127.0.0.1:1")):
            with open(path, "w") as out:
                out.write(bad)
            self.assertIn("journal/policy is not what this case's people decided last", self.faults())
        os.remove(path)  # the log alone again: then the cosignatures are lines of strangers
        self.assertNotEqual(self.run_oyer("verify", code=None).returncode, DONE)
        with open(path, "w") as out:
            out.write(good)
        self.whole()

    def test_flipped_bits(self):
        self.three_witnesses()
        self.json("tsa", "add", "a", "--folder", self.authority("ta", "--years", "1"))
        self.json("tsa", "add", "b", "--folder", self.authority("tb"))
        self.checkpoint()
        self.items("tsa", "renew", "--days", "400")
        self.whole()
        generator = __import__("random").Random(7)
        folder = self.case + "/journal/"
        for name in ["policy", "checkpoint"] + ["checkpoints/" + n for n in self.kept()]:
            with open(folder + name, "rb") as file:
                good = file.read()
            for at in sorted(generator.sample(range(len(good) * 8), 40 if LONG else 6)):
                bad = bytearray(good)
                bad[at // 8] ^= 1 << at % 8
                with open(folder + name, "wb") as out:
                    out.write(bad)
                with self.subTest(file=name, octet=at // 8, bit=at % 8):
                    done = self.run_oyer("verify", code=None)
                    self.assertIn(done.returncode, (FAILED, DAMAGED, BAD_INPUT), done.stdout[-500:])
            with open(folder + name, "wb") as out:
                out.write(good)
        self.whole()
        # A kept checkpoint that is gone leaves its tokens behind; a foreign file is told; a left temporary one is nothing.
        kept = folder + "checkpoints/" + next(n for n in self.kept() if len(n) == 20)
        os.rename(kept, self.path("away"))
        self.assertIn("stamps a checkpoint that is not there", self.faults())
        os.rename(self.path("away"), kept)
        self.write("case/journal/checkpoints/note.txt", "x")
        self.assertIn("is no file of a journal", self.faults())
        os.remove(folder + "checkpoints/note.txt")
        # And a damaged one is not written over.
        with open(kept, "r+b") as file:
            file.seek(3)
            file.write(b"#")
        self.refused("log", "checkpoint", code=DAMAGED)

    def test_kept_lines_are_not_lost(self):
        """A checkpoint that was signed anew takes the cosignatures back from its kept copy."""
        self.three_witnesses()
        self.checkpoint()
        path = self.case + "/journal/checkpoint"
        with open(path, encoding="utf-8") as file:
            whole = file.read()
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(whole.split("\n")[:5]) + "\n")
        self.stop("a")
        self.stop("b")
        answer = self.checkpoint()
        self.assertEqual(answer["states"], {"a": "held", "b": "held", "c": "unreachable"})
        self.assertTrue(answer["quorum_met"])
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), whole)
        self.whole()

    def test_killed_in_the_middle(self):
        self.three_witnesses()
        self.json("tsa", "add", "a", "--folder", self.authority("ta"))
        generator = __import__("random").Random(3)
        killed, takes = 0, 0.12  # within the time that one took here: machines differ
        for number in range(60 if LONG else 15):
            self.source("K%d" % number, kind="press")
            child = self.start(self.command("log", "checkpoint"))
            started = time.monotonic()
            try:
                child.wait(generator.uniform(0.0, takes))
                takes = 0.8 * min(takes, time.monotonic() - started)
            except subprocess.TimeoutExpired:
                os.kill(child.pid, signal.SIGKILL)
                killed += 1
            child.communicate()
            answer = self.json("verify", code=(DONE, FAILED))
            self.assertEqual(answer["faults"], [], "after kill %d" % number)
        self.assertGreater(killed, 3)
        # The next whole run makes good what is missing.
        answer = self.checkpoint()
        self.assertTrue(answer["quorum_met"])
        self.assertIn(answer["stamped"]["a"], ("stamped", "held"))
        self.whole()
        self.rebuilt_equal()


class Liar:
    """A server that answers what it is told to."""

    def __init__(self, lies):
        import http.server

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, what):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, kind, body = what
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass

            def do_POST(self):
                self.answer(lies["answer"])

            def do_GET(self):
                self.answer(lies["show"])

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    unittest.main()
