#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made tests/golden/1 once, with the version that settled the formats. It is kept to show what is in it; a golden case is never made
again: a later format gets a golden case of its own beside it.

Usage: make.py BIN_DIR OUT_DIR
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    binaries, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    out.mkdir(parents=True)
    key = out / "test.key"
    key.write_bytes(bytes(range(32)))
    with tempfile.TemporaryDirectory() as work:
        env = dict(os.environ, XDG_CONFIG_HOME=work, XDG_RUNTIME_DIR=work, OYER_KEY_FILE=str(key))

        def oyer(*arguments):
            done = subprocess.run([str(binaries / "oyer"), "-C", str(out / "case"), *arguments, "--json"], env=env, capture_output=True, text=True, check=False)
            if done.returncode not in (0, 3):
                sys.exit(done.stderr)
            return json.loads(done.stdout)

        subprocess.run([str(binaries / "oyer"), "init", str(out / "case"), "--title", "Golden case (fictional)", "--quiet"], env=env, check=True)
        incoming = Path(work) / "incoming"
        incoming.mkdir()
        (incoming / "letter.txt").write_text("We were beaten every morning.\nIn spring 2008 four men did not come back.\n")
        (incoming / "증언.html").write_text("<p>2008년 봄에 처형이 있었습니다.</p>", encoding="utf-8")
        (incoming / "broken.pdf").write_bytes(b"%PDF-1.4\nno more")
        oyer("source", "add", "--label", "W-01", "--kind", "person")
        oyer("source", "add", "--label", "LANTERN", "--kind", "organisation", "--from", "W-01")
        oyer("source", "add", "--label", "R/1", "--kind", "official", "--cited", "--tier", "open")
        items = oyer("add", str(incoming), "--source", "W-01")["items"]
        letter = next(item["id"] for item in items if item["file"] == "letter.txt")
        passage = oyer("passage", "add", letter, "--page", "1", "--quote", "In spring 2008 four men did not come back.")["full_id"]
        claim = oyer("claim", "add", "--text", "Four men did not come back.", "--by", "W-01", "--position", "eyewitness", "--on", passage, "--when", "2008-03..2008-05")["full_id"]
        oyer("policy", "add", "--name", "one root", "--min-roots", "1")
        first = oyer("finding", "add", "--label", "F1", "--text", "Men disappeared.", "--claim", claim)["full_id"]
        oyer("finding", "add", "--label", "F1", "--text", "Four men disappeared in spring 2008.", "--claim", claim, "--supersedes", first)
        oyer("consent", "add", "--source", "W-01", "--use", "referral")
        oyer("allegation", "add", "--number", "1", "--text", "Four men disappeared.", "--claim", claim)
        oyer("source", "add", "--label", "STATE", "--kind", "official")
        oyer("reply", "add", "--to", "1", "--by", "STATE", "--kind", "denial", "--text", "It did not happen.")
        # Enough open entries for a full tile.
        rows = Path(work) / "measures.csv"
        rows.write_text("body,symbol,date,mode,text,source\n" + "".join(f"X,X/{i},2001-01-01,statement,Fictional measure {i},made for the golden case\n" for i in range(270)))
        oyer("measure", "import", str(rows), "--tier", "open")
        dump = out / "dump.jsonl"
        oyer("rebuild", "--dump", "--output", str(dump))
        oyer("dossier", "-o", str(out / "dossier"), "--recipient", "the tests")
        dump.unlink()
        oyer("rebuild", "--dump", "--output", str(dump))
    shutil.rmtree(out / "case/derived")
    (out / "case/lock").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
