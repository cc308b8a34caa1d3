# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: one token, one host, the answers of the commands, and commands that reach the case through it."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from support import *


class ServeTest(Case):
    def setUp(self):
        super().setUp()
        self.source("W", kind="press")
        self.item = self.exhibit("letter.html", "<p>They were beaten. 구타가 있었다.</p>", "W")
        self.passage(self.item["id"], "They were beaten.")
        self.port = free_port()
        self.server = self.start(self.command("serve", "--listen", "127.0.0.1:%d" % self.port))
        said = self.server.stdout.readline().decode() + self.server.stdout.readline().decode()
        self.token = re.search(r"token=([\w-]+)", said).group(1)

    def get(self, path, cookie=None, host=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Host": host or "127.0.0.1:%d" % self.port}
        if cookie:
            headers["Cookie"] = cookie
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        result = answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
        connection.close()
        return result

    def enter(self):
        status, headers, _ = self.get("/?token=" + self.token)
        self.assertEqual(status, 303)
        self.assertIn("HttpOnly", headers["Set-Cookie"])
        return headers["Set-Cookie"].split(";")[0]

    def test_nobody_gets_in_without_the_token(self):
        for path in ("/", "/api/v1/status", "/app.js", "/?token=wrong", "/api/v1/things?kind=exhibits"):
            self.assertEqual(self.get(path)[0], 401, path)
        cookie = self.enter()
        self.assertEqual(self.get("/?token=" + self.token)[0], 401, "the token works once")
        self.assertEqual(self.get("/", cookie)[0], 200)
        self.assertEqual(self.get("/", cookie, host="evil.example:%d" % self.port)[0], 403)
        self.assertEqual(self.get("/", cookie + "x")[0], 401)

    def test_answers_are_those_of_the_commands(self):
        cookie = self.enter()
        status, headers, text = self.get("/api/v1/search?q=%EA%B5%AC%ED%83%80", cookie)
        self.assertEqual(status, 200)
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(json.loads(text)["items"], self.items("search", "구타"))
        page = json.loads(self.get("/api/v1/exhibits/%s/pages/1" % self.item["id"], cookie)[2])
        self.assertIn("They were beaten.", page["content"]["text"])
        self.assertEqual(len(page["passages"]), 1)
        self.assertEqual(json.loads(self.get("/api/v1/status", cookie)[2])["counts"], self.json("status")["counts"])
        content = self.get("/api/v1/exhibits/%s/content" % self.item["id"], cookie)
        self.assertEqual((content[0], content[1]["Content-Disposition"]), (200, 'attachment; filename="exhibit"'))
        for path, wanted in (("/api/v1/things/nobody", 404), ("/api/v1/things?kind=unicorns", 400), ("/api/v1/search?q=", 400), ("/nothing", 404), ("/api/v1/exhibits/%s/pages/x" % self.item["id"], 400), ("/api/v1/../../etc/passwd", 404)):
            status, headers, text = self.get(path, cookie)
            self.assertEqual((status, headers["Content-Type"]), (wanted, "application/problem+json"), path)
            self.assertTrue(json.loads(text)["title"].endswith("."))
        self.assertEqual(self.get("/api/v1/status", cookie, method="POST")[0], 405)

    def test_commands_go_through_it(self):
        self.source("V", kind="press")
        self.exhibit("second.html", "<p>second</p>", "V")
        self.assertEqual(len(self.items("ls", "sources")), 2)
        self.refused("show", "Nobody", code=NOT_FOUND)
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(timeout=20), 0)
        self.assertFalse(os.path.exists(os.path.join(self.case, "state/serve.sock")))
        self.assertEqual(len(self.items("ls", "sources")), 2)
        self.whole()

    def test_killed_it_leaves_a_case_that_goes_on(self):
        self.source("V", kind="press")
        self.server.kill()
        self.server.wait()
        self.source("U", kind="press")
        self.assertEqual(len(self.items("ls", "sources")), 3)
        self.whole()

    def test_only_this_machine(self):
        self.refused("serve", "--listen", "0.0.0.0:9", code=REFUSED)

    def test_the_page_in_a_browser(self):
        browser = shutil.which("chromium")
        if not browser:
            print("SKIPPED, LOUDLY: chromium is not installed, so the page is not opened (make e2e installs it).", file=sys.stderr)
            self.skipTest("no chromium")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=8000", "--user-data-dir=" + self.path("browser")]
        done = subprocess.run([browser, *flags, "--dump-dom", "http://127.0.0.1:%d/?token=%s" % (self.port, self.token)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=False)
        page = done.stdout.decode()
        self.assertIn("letter.html", page)
        self.assertIn("A case for tests", page)


if __name__ == "__main__":
    unittest.main()
