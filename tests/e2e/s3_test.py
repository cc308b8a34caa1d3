# SPDX-License-Identifier: GPL-3.0-or-later
"""The object store against a real S3 server on the loopback interface: one that checks signatures, joins parts and cuts lists into pages.

The server is $OYER_TEST_S3 or what tools/fetch-s3-server built (`make e2e` runs it); without one this is skipped, loudly.
"""
import glob
import os
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from support import BIN, ROOT, free_port, loudly

TOOL = os.path.join(BIN, "s3_tool")
SECRET = "a-secret-for-tests-only"


def server_program():
    built = sorted(glob.glob(os.path.join(ROOT, ".cache", "s3-server", "*", "versitygw")))
    return os.environ.get("OYER_TEST_S3") or (built[-1] if built else None)


class S3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program = server_program()
        if not program:
            loudly("the object store on S3: there is no server (run tools/fetch-s3-server, or set OYER_TEST_S3)")
            raise unittest.SkipTest("no S3 server")
        cls.home = tempfile.mkdtemp(prefix="oyer-s3-", dir=os.environ.get("OYER_TEST_S3_FOLDER") or "/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.home, ignore_errors=True)
        os.makedirs(os.path.join(cls.home, "root", "case-backup"))
        cls.port = free_port()
        cls.log = open(os.path.join(cls.home, "log"), "wb")
        cls.addClassCleanup(cls.log.close)
        environment = dict(os.environ, ROOT_ACCESS_KEY="tester", ROOT_SECRET_KEY=SECRET)
        cls.server = subprocess.Popen([program, "--port", "127.0.0.1:%d" % cls.port, "--keep-alive", "posix", os.path.join(cls.home, "root")],
                                      env=environment, stdin=subprocess.DEVNULL, stdout=cls.log, stderr=subprocess.STDOUT)
        cls.addClassCleanup(cls.stop)
        for _ in range(200):
            try:
                urllib.request.urlopen("http://127.0.0.1:%d/" % cls.port, timeout=1).close()
                break
            except urllib.error.HTTPError as refused:
                refused.close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise AssertionError("the S3 server does not answer")

    @classmethod
    def stop(cls):
        cls.server.kill()
        cls.server.wait()

    def tool(self, *words, code=0, content=b"", **environment):
        settings = {"PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": SECRET, "OYER_S3_ENDPOINT": "http://127.0.0.1:%d" % self.port}
        settings.update(environment)
        done = subprocess.run([TOOL, "s3://case-backup/" + self.id().rsplit(".", 1)[1]] + list(words), input=content, env=settings, capture_output=True, timeout=240, check=False)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        self.assertNotIn(SECRET, done.stderr.decode())
        return done.stdout if code == 0 else done.stderr.decode()

    def test_an_object_comes_and_goes(self):
        self.tool("put", "a/b.seg", content=b"old")
        self.tool("put", "a/b.seg", content=b"new bytes")
        self.tool("put", "a/empty")
        self.assertEqual(self.tool("get", "a/b.seg"), b"new bytes")
        self.assertEqual(self.tool("get", "a/empty"), b"")
        self.assertEqual(self.tool("range", "a/b.seg", "4", "3"), b"byt")
        self.assertEqual(self.tool("range", "a/b.seg", "4", "100"), b"bytes")
        self.assertEqual(self.tool("range", "a/b.seg", "100", "5"), b"")
        self.assertEqual(self.tool("list", "a/"), b"a/b.seg 9\na/empty 0\n")
        self.tool("remove", "a/b.seg")
        self.tool("remove", "a/b.seg")
        self.assertEqual(self.tool("size", "a/b.seg"), b"none\n")
        self.assertIn("There is no object a/b.seg", self.tool("get", "a/b.seg", code=4))

    def test_what_is_there_is_kept(self):
        self.tool("put-new", "one", content=b"first")
        self.assertIn("already has an object one", self.tool("put-new", "one", code=5, content=b"second"))
        self.assertEqual(self.tool("get", "one"), b"first")

    def test_signatures_are_checked(self):
        self.tool("put", "x", content=b"x")
        self.assertIn("refused access", self.tool("put", "x", code=5, content=b"y", AWS_SECRET_ACCESS_KEY="another"))
        # This server says 404 for a key of access that it doesn't know, which must not pass for an absent object or an empty store.
        for words in (("list", ""), ("size", "x"), ("get", "x"), ("remove", "x")):
            self.assertIn("XAdminUserNotFound", self.tool(*words, code=3, AWS_ACCESS_KEY_ID="nobody"))
        self.assertIn("refused access", self.tool("get", "x", code=5, AWS_SECRET_ACCESS_KEY="another"))
        self.assertEqual(self.tool("get", "x"), b"x")

    def test_a_large_object_goes_in_parts(self):
        content = os.urandom(20 << 20)
        self.tool("put", "large", content=content)
        self.assertEqual(self.tool("size", "large"), b"%d\n" % len(content))
        self.assertEqual(self.tool("get", "large"), content)
        self.assertEqual(self.tool("range", "large", str((16 << 20) - 3), "6"), content[(16 << 20) - 3:(16 << 20) + 3])
        self.assertIn("already has", self.tool("put-new", "large", code=5, content=content[:-1]))
        self.assertEqual(self.tool("get", "large"), content)

    def test_a_list_has_many_pages(self):
        self.tool("put-many", "many", "2105")
        lines = self.tool("list", "many/").decode().splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["many/%05d" % i for i in range(2105)])

    def test_names_that_no_store_should_hold_are_refused(self):
        for name in ("with space", "../up", "a//b", "/a", "a/", ".hidden", "a/b.tmp1", "na\u00efve"):
            self.assertIn("The name of an object", self.tool("put", name, code=3, content=b"x"))

    def test_a_server_that_is_not_there(self):
        port = free_port()
        started = time.monotonic()
        self.assertIn("The server at 127.0.0.1 could not be reached", self.tool("get", "x", code=3, OYER_S3_ENDPOINT="http://127.0.0.1:%d" % port))
        self.assertLess(time.monotonic() - started, 60)
        self.assertIn("without encryption", self.tool("get", "x", code=3, OYER_S3_ENDPOINT="http://store.example"))


if __name__ == "__main__":
    unittest.main()
