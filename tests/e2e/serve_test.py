# SPDX-License-Identifier: GPL-3.0-or-later
"""`oyer serve`: this machine alone, a token that works once, the same answers as the commands, one writer."""
import http.client
import re
import shutil
import socket
import time
import unittest
import urllib.parse

from support import *

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCREENSHOT = os.environ.get("OYER_E2E_SCREENSHOT", "")


class ServeTest(Case):
    def setUp(self):
        super().setUp()
        self.source("S", kind="press")
        self.exhibit_id = self.exhibit("letter.txt", "A letter about the old mill.\n편지가 왔다.\n", "S")["id"]
        self.bad_id = self.exhibit("bad.pdf", "%PDF-1.4\nbroken", "S")["id"]
        self.passage_id = self.passage(self.exhibit_id, "the old mill")
        self.claim_id = self.claim("There was a mill.", "S", self.passage_id)
        self.json("policy", "add", "--name", "one", "--min-roots", "1")
        self.json("finding", "add", "--label", "F1", "--text", "There was a mill. <script>alert(1)</script>", "--claim", self.claim_id)

    def serve(self, *more):
        self.server = self.start(self.command("serve", "--listen", "127.0.0.1:0", *more))
        said = [self.server.stdout.readline().decode(), self.server.stdout.readline().decode()]
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", said[1])
        self.assertTrue(found, said)
        self.port, self.token = int(found.group(1)), found.group(2)
        return self.port, self.token

    def get(self, path, cookie=None, host=None, method="GET", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        fields = dict(headers or {}, Host=host or "127.0.0.1:%d" % self.port)
        if cookie:
            fields["Cookie"] = cookie
        connection.request(method, path, body=body, headers=fields)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def sign_in(self):
        answer = self.get("/?token=" + self.token)
        self.assertEqual((answer.status, answer.getheader("Location")), (303, "/"))
        cookie = answer.getheader("Set-Cookie")
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(word, cookie)
        return cookie.split(";")[0]

    def test_token_and_gate(self):
        self.serve()
        for path in ("/", "/api/v1/status", "/app.js", "/api/v1/things", "/nothing", "/?token=", "/?token=wrong", "/?token=" + self.token[:-1]):
            self.assertEqual(self.get(path).status, 401, path)
        for cookie in ("oyer=", "oyer=x", "oyer=" + self.token):
            self.assertEqual(self.get("/api/v1/status", cookie).status, 401, cookie)
        cookie = self.sign_in()
        self.assertNotIn(self.token, cookie)
        self.assertEqual(self.get("/?token=" + self.token).status, 401, "the token works twice")
        self.assertEqual(self.get("/", cookie).status, 200)
        for host in ("evil.example", "evil.example:%d" % self.port, "127.0.0.1", "127.0.0.1:1", "", "localhost.evil.example:%d" % self.port):
            self.assertEqual(self.get("/api/v1/status", cookie, host=host or "x").status, 403, host)
        self.assertEqual(self.get("/api/v1/status", cookie, host="localhost:%d" % self.port).status, 200)
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            self.assertIn(self.get("/api/v1/things", cookie, method=method, body="{}").status, (405, 400), method)

    def test_security_headers(self):
        self.serve()
        cookie = self.sign_in()
        for path in ("/", "/app.js", "/app.css", "/api/v1/status", "/nothing", "/api/v1/exhibits/%s/content" % self.exhibit_id):
            for given in (cookie, None):
                answer = self.get(path, given)
                policy = answer.getheader("Content-Security-Policy")
                for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"):
                    self.assertIn(part, policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual((answer.getheader("X-Content-Type-Options"), answer.getheader("Referrer-Policy"), answer.getheader("Cache-Control"), answer.getheader("Cross-Origin-Resource-Policy")), ("nosniff", "no-referrer", "no-store", "same-origin"))
                self.assertIsNone(answer.getheader("Access-Control-Allow-Origin"))
        page = self.get("/", cookie).content.decode()
        self.assertNotRegex(page, r"(?i)<script(?![^>]*src=)|\son\w+=|style=|https?://(?!www\.w3\.org)", "the page needs what its policy forbids, or calls out")

    def test_answers_are_those_of_the_commands(self):
        wanted = {"/api/v1/status": self.json("status"), "/api/v1/things": self.json("ls"), "/api/v1/things?kind=exhibits": self.json("ls", "exhibits"), "/api/v1/things/" + self.claim_id: self.json("show", self.claim_id), "/api/v1/things/F1": self.json("show", "F1"),
                  "/api/v1/weigh": self.json("weigh"), "/api/v1/search?q=mill": self.json("search", "mill"), "/api/v1/search?limit=1&q=" + urllib.parse.quote("편지"): self.json("search", "편지", "--limit", "1")}
        self.serve()
        cookie = self.sign_in()
        for path, answer in wanted.items():
            got = self.get(path, cookie)
            self.assertEqual((got.status, got.getheader("Content-Type")), (200, "application/json"), path)
            self.assertEqual(json.loads(got.content), answer, path)
        page = json.loads(self.get("/api/v1/exhibits/%s/pages/1" % self.exhibit_id, cookie).content)
        self.assertIn("old mill", page["content"]["text"])
        self.assertEqual([p["id"] for p in page["passages"]], [self.passage_id])
        content = self.get("/api/v1/exhibits/%s/content" % self.exhibit_id, cookie)
        self.assertEqual(content.content.decode(), "A letter about the old mill.\n편지가 왔다.\n")
        self.assertEqual(content.getheader("Content-Type"), "application/octet-stream")
        self.assertIn("attachment", content.getheader("Content-Disposition"))
        self.assertEqual(self.get("/api/v1/exhibits/%s/content" % self.bad_id, cookie).status, 403, "a quarantined file is handed to a browser")
        for path, status in (("/api/v1/things/zz-00000", 404), ("/api/v1/things?kind=unicorns", 400), ("/api/v1/search?q=", 400), ("/api/v1/exhibits/%s/pages/x" % self.exhibit_id, 400), ("/api/v1/exhibits/none/pages/1", 404), ("/api/v1", 404), ("/../../etc/passwd", 404), ("/api/v1/things/..%2f..", 404),
                             ("/api/v1/things/%ff%fe", 404), ("/api/v1/search?q=%c3%28", 400), ("/api/v1/things?kind=%00", 400), ("/" + "a/" * 3000, 404)):
            answer = self.get(path, cookie)
            self.assertIn(answer.status, {status, 400, 404}, path)
            value = json.loads(answer.content.decode("utf-8"))
            self.assertEqual(value["status"], answer.status)
            self.assertTrue(value["title"].endswith("."), value)
            self.assertIsNone(JARGON.search(value["title"]))

    def test_hostile_requests(self):
        self.serve()
        cookie = self.sign_in()
        for noise in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: " + b"x" * 100000 + b"\r\n\r\n", os.urandom(5000), b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
                raw.sendall(noise)
                raw.settimeout(0.3)
                try:
                    raw.recv(1000)
                except OSError:
                    pass
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(50)]  # who says nothing holds nobody up
        self.assertEqual(self.get("/api/v1/status", cookie).status, 200)
        for one in idle:
            one.close()
        # The commands' socket takes nothing on trust either.
        for body in (b"", b"{", b"[]", b'{"use_case":"status"}', b'{"use_case":"nothing","arguments":{}}', b'{"use_case":"show","arguments":{"id":5}}', b'{"use_case":"thing.add","arguments":{"noun":"source","label":["x"],"kind":7}}',
                     b'{"use_case":"add","arguments":{"paths":[5],"source":"S"}}', b'{"use_case":"add","arguments":{"paths":"x","source":"S"}}', b'{"use_case":"passage.add","arguments":{"exhibit":"' + self.exhibit_id.encode() + b'","span":["a","b"]}}',
                     b'{"use_case":"thing.add","arguments":{"noun":"finding","label":"F7","text":"T","claims":"x"}}', b'{"use_case":"thing.add","arguments":{"noun":"claim","on":"x"}}'):
            with socket.socket(socket.AF_UNIX) as raw:
                raw.settimeout(10)
                raw.connect(self.case + "/state/serve.sock")
                raw.sendall(b"POST /call HTTP/1.1\r\nHost: oyer\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
                answer = b""
                while True:
                    piece = raw.recv(65536)
                    if not piece:
                        break
                    answer += piece
            self.assertTrue(answer.startswith(b"HTTP/1.1 "), "no answer to %r" % body)
            self.assertNotIn(b'"answer"', answer, body)
        self.assertEqual(self.get("/api/v1/status", cookie).status, 200)
        self.ends(signal.SIGTERM)
        self.whole()

    def test_commands_go_through_the_socket(self):
        self.serve()
        cookie = self.sign_in()
        mode = os.stat(self.case + "/state/serve.sock").st_mode
        self.assertEqual(mode & 0o077, 0)
        locked = {"OYER_KEY_FILE": None}
        # Whoever may use the socket needs no key of his own: the server holds it.
        self.json("source", "add", "--label", "THROUGH", "--kind", "press", env=locked)
        self.assertIn("THROUGH", [row["label"] for row in json.loads(self.get("/api/v1/things?kind=sources", cookie).content)["items"]])
        many = self.path("many")
        for number in range(20):
            self.write("many/%d.txt" % number, "a text %d\n" % number)
        lines = self.run_oyer("add", many, "--source", "THROUGH", "--jsonl").stdout.splitlines()
        self.assertEqual(len([json.loads(line) for line in lines]), 20)
        self.assertEqual(len(self.items("ls", "exhibits")), 22)
        self.refused("show", "nothing-of-this-name", code=NOT_FOUND)
        said = self.json("show", "nothing-of-this-name", code=NOT_FOUND)["error"]
        self.assertEqual(said["code"], NOT_FOUND)
        self.refused("source", "add", "--label", "THROUGH", "--kind", "press", code=(USAGE, BAD_INPUT))
        for words in (("status",), ("ls",), ("search", "mill"), ("weigh",), ("verify",), ("rebuild", "--check"), ("log", "list"), ("rebuild", "--dump")):
            self.run_oyer(*words)
        # Paths mean what they mean where the command was given.
        self.run_oyer("report", "build", "-o", "report-here")
        self.assertTrue(os.path.exists(self.path("report-here/report.html")))
        self.ends(signal.SIGTERM)
        self.whole()
        self.rebuilt_equal("--signatures")
        self.assertEqual(self.json("status")["signed_entries"], self.json("status")["entries"], "the server left entries unsigned")

    def test_one_writer(self):
        self.serve()
        # Someone whose command does not find the socket.
        os.rename(self.case + "/state/serve.sock", self.case + "/state/elsewhere")
        said = self.refused("source", "add", "--label", "X", "--kind", "press", code=REFUSED)
        self.assertIn("writing", said)
        self.refused("serve", "--listen", "127.0.0.1:0", code=REFUSED)
        self.items("ls")  # readers need no lock
        os.rename(self.case + "/state/elsewhere", self.case + "/state/serve.sock")
        self.refused("serve", "--listen", "127.0.0.1:0", code=REFUSED)
        self.json("source", "add", "--label", "X", "--kind", "press")

    def test_ports_and_addresses(self):
        self.serve()
        other = self.path("other")
        self.raw([OYER, "init", other, "--title", "T"], DONE)
        for listen, code in (("127.0.0.1:%d" % self.port, REFUSED), ("0.0.0.0:0", REFUSED), ("192.0.2.1:80", REFUSED), ("127.0.0.1", USAGE), ("127.0.0.1:", USAGE), (":80", USAGE), ("x:1", USAGE), ("127.0.0.1:70000", USAGE)):
            self.refused("serve", "--listen", listen, case=other, code=code)
        self.assertFalse([n for n in os.listdir(other + "/state") if n.endswith(".sock")])

    def ends(self, how):
        self.server.send_signal(how)
        _, err = self.server.communicate(timeout=20)
        self.assertIn(self.server.returncode, (DONE, INTERRUPTED) if how == signal.SIGINT else (DONE,), err)
        self.assertFalse(os.path.exists(self.case + "/state/serve.sock"))
        self.assertNotIn(b"terminate", err)

    def test_ends_cleanly(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            self.serve()
            self.json("source", "add", "--label", "S-%d" % how, "--kind", "press")
            self.ends(how)
            self.whole()
        # Killed, it leaves a socket that nobody answers: the next command and the next server go on.
        self.serve()
        self.server.kill()
        self.server.wait()
        self.json("source", "add", "--label", "AFTER", "--kind", "press")
        self.serve()
        self.json("source", "add", "--label", "AGAIN", "--kind", "press")
        self.ends(signal.SIGTERM)
        self.whole()

    def test_locked(self):
        self.refused("serve", "--listen", "127.0.0.1:0", code=REFUSED, env={"OYER_KEY_FILE": None})

    def test_page_in_a_browser(self):
        browser = next((shutil.which(name) for name in BROWSERS if shutil.which(name)), None)
        if browser is None:
            loudly("no chromium: the page is looked at by nobody")
            self.skipTest("no chromium")
        self.serve()
        address = "http://127.0.0.1:%d/?token=%s" % (self.port, self.token)
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + self.path("profile"), "--virtual-time-budget=5000", "--window-size=1200,900"]
        shot = SCREENSHOT or self.path("page.png")
        done = subprocess.run([browser] + flags + ["--screenshot=" + shot, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertGreater(os.path.getsize(shot), 8000, "an empty page")
        # The token was used up; the profile holds the session.
        done = subprocess.run([browser] + flags + ["--dump-dom", "http://127.0.0.1:%d/" % self.port], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90, env=self.environment)
        page = done.stdout.decode("utf-8", "replace")
        if "works once" in page:
            return  # headless shells keep no session cookies between runs: the screenshot is what there is
        self.assertIn("A case for tests", page)
        self.assertNotIn("<script>alert", page)


if __name__ == "__main__":
    unittest.main()
