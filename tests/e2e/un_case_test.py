# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way on real public material: UN documents and press articles in, a dossier out that two programs accept."""
import hashlib
import os
import shutil
import subprocess
import unittest

from support import *

QUOTE = ("M23 has continued to receive instructions and support from the Rwanda Defence Force, which exercises de facto control and "
         "direction over the group (see S/2024/432)")
OBJECTION = ("the inclusion of references to Rwanda in paragraphs 30 and 32 of the thematic report raises several serious concerns")


def files_below(folder):
    return sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


def digest_of(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


class UnCaseTest(Case):
    def test_the_whole_way(self):
        documents = shared("un_docs")
        articles = shared("sfm")
        press = self.path("press")
        for name in os.listdir(os.path.join(articles, "annotated_sources")):
            if name.endswith(".txt"):
                os.makedirs(press + "/text", exist_ok=True)
                shutil.copy(os.path.join(articles, "annotated_sources", name), press + "/text")
        os.makedirs(press + "/html")
        for name in os.listdir(os.path.join(articles, "raw_html")):
            if name.endswith(".html"):
                shutil.copy(os.path.join(articles, "raw_html", name), press + "/html")

        # Sources: the report, the one that it cites and nobody here holds, the State that objects, and the rest.
        cited = self.source("S/2024/432", "--cited", kind="official")
        report = self.source("S/2025/389", kind="official")
        self.source("RWANDA", kind="official")
        self.source("UN", kind="official")
        self.source("PRESS", kind="press")
        self.json("derivation", "add", "--source", "S/2025/389", "--from", "S/2024/432", "--how", "cites")

        taken = {}
        self.take_in(taken, [documents + "/S_2025_389.en.pdf"], "S/2025/389")
        self.take_in(taken, [documents + "/S_2025_516.en.pdf"], "RWANDA")
        held = self.take_in(taken, [documents], "UN")
        self.take_in(taken, [press], "PRESS")
        self.assertEqual(sorted(i["file"] for i in held if i["state"] == "already-held"), ["S_2025_389.en.pdf", "S_2025_516.en.pdf"])
        self.assertEqual(len(files_below(documents)), 26)

        # Every file is accounted for, by the digest of its bytes, and nothing else is there.
        wanted = {digest_of(path) for path in files_below(documents) + files_below(press)}
        exhibits = self.items("ls", "exhibits")
        self.assertEqual({row["data"]["digest"] for row in exhibits}, wanted)
        self.assertEqual(len(exhibits), len(wanted))
        for row in exhibits:
            self.assertIn(row["data"]["state"], ("sealed", "quarantined"))
            if row["data"]["state"] == "quarantined":
                self.assertTrue(row["data"]["reason"].strip())
        self.assertEqual([row["data"]["name"] for row in exhibits if row["data"]["state"] == "quarantined" and row["data"]["name"].endswith(".pdf")], [])

        self.text_is_as_pdftotext_gives_it(documents, taken)

        # Paragraph 32 is found, and its hit shows the words that were looked for.
        hits = self.items("search", '"de facto control and direction"')
        by_name = {hit["name"]: hit for hit in hits}
        self.assertIn("S_2025_389.en.pdf", by_name)
        self.assertIn("S_2025_516.en.pdf", by_name)
        for name in ("S_2025_389.en.pdf", "S_2025_516.en.pdf"):
            self.assertIn("de facto control", fold(by_name[name]["snippet"]), "the snippet does not show what was found")
        self.assertIn("de facto", self.run_oyer("search", "S/2024/432 facto").stdout.replace("[", "").replace("]", ""))

        exhibit, objection = taken["S_2025_389.en.pdf"], taken["S_2025_516.en.pdf"]
        passage = self.json("passage", "add", exhibit, "--quote", QUOTE)
        self.assertEqual(passage["data"]["selector"]["page"], by_name["S_2025_389.en.pdf"]["page"])
        self.assertEqual(fold(passage["data"]["quote"]), QUOTE)
        self.assertEqual(hashlib.sha256(passage["data"]["quote"].encode()).hexdigest(), passage["data"]["quote_digest"])
        claim = self.claim("The Rwanda Defence Force exercises de facto control over M23, says the report.", "S/2025/389", passage["id"])
        where = self.passage(objection, OBJECTION)
        reply = self.json("reply", "add", "--to", passage["id"], "--by", "RWANDA", "--kind", "objection", "--on", where,
                          "--text", "The references in paragraphs 30 and 32 rest on another report and raise serious concerns.")
        shown = self.json("show", passage["id"])
        self.assertIn(reply["id"], [u["id"] for u in shown["used_by"]], "the objection is not shown at the sentence that it attacks")
        self.assertIn(claim, [u["id"] for u in shown["used_by"]])

        self.json("policy", "add", "--name", "one root", "--min-roots", "1")
        self.json("finding", "add", "--label", "F1", "--text", "M23 acts under the direction of the Rwanda Defence Force, as reported.", "--claim", claim)
        weighed = self.items("weigh")[0]
        self.assertEqual(weighed["roots"], ["S/2024/432"], "it rests on what the report cites, not on the report")
        self.assertIn("S/2025/389", weighed["sources"])
        source = self.json("show", report)
        self.assertIn("S/2024/432", str(source) + str(self.json("show", claim)))
        self.assertIn("S/2024/432", self.run_oyer("weigh").stdout)
        self.assertFalse(self.json("show", cited)["data"]["held"])
        human = self.run_oyer("show", claim).stdout
        self.assertIn("S/2025/389", human)
        # A second paper that only cites the same root adds none.
        self.source("COPY", kind="press")
        self.json("derivation", "add", "--source", "COPY", "--from", "S/2025/389", "--how", "copied")

        self.report_and_dossier(exhibit, documents)
        self.whole()
        self.rebuilt_equal("--signatures")

    def take_in(self, taken, paths, source):
        answer = self.json("add", *paths, "--source", source, code=(DONE, BAD_INPUT))
        for item in answer["items"]:
            self.assertIn(item["state"], ("sealed", "already-held", "quarantined"))
            self.assertTrue(item["id"].startswith("ex-"))
            taken[os.path.basename(item["file"])] = item["id"]
        self.assertEqual(sum(answer["counts"].values()), len(answer["items"]))
        self.assertEqual(len(answer["items"]), sum(len(files_below(p)) if os.path.isdir(p) else 1 for p in paths))
        return answer["items"]

    def text_is_as_pdftotext_gives_it(self, documents, taken):
        if shutil.which("pdftotext") is None:
            loudly("pdftotext is not installed: extracted text is compared with nothing")
            return
        bag = self.path("all")
        self.run_oyer("dossier", "-o", bag, "--all")
        texts = {}
        by_digest = {}
        for name in os.listdir(bag + "/data"):
            if name.endswith(".pdf"):
                by_digest[digest_of(os.path.join(bag, "data", name))] = name
        rows = [r for r in os.listdir(bag + "/data") if r.endswith(".json")]
        for name in rows:
            with open(os.path.join(bag, "data", name), encoding="utf-8") as stream:
                value = json.load(stream)
            if value.get("kind") == "text":
                texts[name] = fold(" ".join(page["text"] for page in value["pages"]))
        for name in ("S_2025_389.en.pdf", "S_2025_516.en.pdf", "A_HRC_RES_59_25.en.pdf"):
            plain = subprocess.run(["pdftotext", "-enc", "UTF-8", os.path.join(documents, name), "-"], stdout=subprocess.PIPE, check=True).stdout.decode()
            self.assertIn(fold(plain), texts.values(), "the text of %s differs from pdftotext's" % name)
        shutil.rmtree(bag)

    def report_and_dossier(self, exhibit, documents):
        self.run_oyer("report", "build", "-o", self.path("out"), code=DONE)
        with open(self.path("out/report.html"), encoding="utf-8") as stream:
            html = stream.read()
        self.assertIn("S/2024/432", html)
        self.assertIn("S/2025/389", html)
        self.assertTrue(os.path.getsize(self.path("out/report.docx")) > 1000)
        bag = self.path("bag")
        answer = self.json("dossier", "-o", bag, "--recipient", "Office of a Prosecutor")
        self.assertGreater(answer["files"], 3)
        ours, theirs = self.both_verifiers(bag)
        self.assertEqual((ours.returncode, theirs.returncode), (0, 0), ours.stdout + theirs.stdout)
        self.assertIn("this says nothing about truth or origin", ours.stdout)
        for said in (ours.stdout, theirs.stdout):
            self.assertIn("forger", said)
        own = self.raw(["/usr/bin/python3", "-I", bag + "/verify.py"], DONE)
        self.assertEqual(own.stdout.split("\n")[-2], theirs.stdout.split("\n")[-2])
        self.assertEqual(self.run_oyer("verify", bag).returncode, 0)
        held = [n for n in os.listdir(bag + "/data") if digest_of(bag + "/data/" + n) == digest_of(documents + "/S_2025_389.en.pdf")]
        self.assertEqual(len(held), 1)
        self.assertIn(exhibit, [row["id"] for row in self.items("ls", "exhibits")])


if __name__ == "__main__":
    unittest.main()
