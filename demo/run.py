#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo as a story: run.py [--out DIR] [--bin DIR]. Every number that it prints comes from a command's answer."""

import argparse
import dataclasses
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

import chapters_evidence
import chapters_findings
import chapters_release
import commands
import story

HERE = pathlib.Path(__file__).resolve().parent
MARKER = ".oyer-demo"
CHAPTERS = [
    chapters_evidence.make_case, chapters_evidence.record_sources, chapters_evidence.take_in, chapters_evidence.search,
    chapters_findings.claims_and_findings, chapters_findings.link_lists, chapters_findings.council_record, chapters_findings.reply,
    chapters_release.report, chapters_release.dossier, chapters_release.tamper, chapters_release.lock,
]


@dataclasses.dataclass
class World:
    """What the chapters hand on to each other."""
    out: pathlib.Path
    oyer: commands.Oyer
    repository: pathlib.Path
    incoming: pathlib.Path
    manifest: list
    quotes: dict                                            # key: the manifest's quote, with its source's label
    taken: dict = dataclasses.field(default_factory=dict)     # label: what `oyer add` answered
    exhibits: dict = dataclasses.field(default_factory=dict)  # label: id
    passages: dict = dataclasses.field(default_factory=dict)  # key of a quote: id
    claims: dict = dataclasses.field(default_factory=dict)    # group: label: id


def fresh(out):
    """An empty folder; what is there goes only if a former run of the demo made it."""
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise story.Broken(f"{out} holds something that the demo did not make. Give an empty or a new folder with --out.")
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARKER).write_text("Made by demo/run.py, which wipes this folder when it runs again.\n", encoding="utf-8")


def generate(out):
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(out / "files")], check=True, stdout=subprocess.DEVNULL)
    manifest = json.loads((out / "files" / "manifest.json").read_text(encoding="utf-8"))
    quotes = {quote["key"]: {**quote, "label": row["label"]} for row in manifest for quote in row["quotes"]}
    return manifest, quotes


def close(world, seconds):
    story.chapter(len(CHAPTERS) + 1, "What to do next")
    story.say(f"All of it held, in {seconds:.0f} seconds. Look at:")
    oyer = world.oyer
    setting = {"XDG_CONFIG_HOME": oyer.configuration, "OYER_KEY_FILE": oyer.key_file}
    serve = " ".join(f"{key}={shlex.quote(str(value))}" for key, value in setting.items())
    print(f"\n    the report    {world.out / 'report' / 'report.html'}\n"
          f"                  {world.out / 'report' / 'report.docx'}\n"
          f"    the dossier   {world.out / 'dossier'}  (begin with VERIFY.txt)\n"
          f"    the case      {oyer.case}")
    story.say("To walk through the case in a browser, with the demo's own keys:")
    print(f"\n    {serve} \\\n      {shlex.quote(str(oyer.programs / 'oyer'))} -C {shlex.quote(str(oyer.case))} serve")
    story.say("To begin your own: `oyer init DIR --title TITLE`, then `oyer --help`.")


def main():
    parser = argparse.ArgumentParser(description="Walks through a fictional inquiry with the real commands.")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/demo"), metavar="DIR", help="working folder; wiped if a former run made it (build/demo)")
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build"), metavar="DIR", help="where oyer and oyer-verify are (build)")
    arguments = parser.parse_args()
    out, programs = arguments.out.resolve(), arguments.bin.resolve()
    oyer = None
    begun = time.monotonic()
    try:
        for name in ("oyer", "oyer-reader", "oyer-verify"):
            story.expect((programs / name).is_file(), f"There is no {name} in {programs}. Build first (make), or say where it is with --bin.")
        fresh(out)
        story.title("An inquiry on the Republic of Tauvane, from the first file to the prosecutor")
        story.say("Everything here is fiction, except the record of the United Nations in chapter 7. What is indented is what the commands answered.")
        oyer = commands.Oyer(programs, out)
        manifest, quotes = generate(out)
        world = World(out, oyer, HERE.parent, out / "files" / "incoming", manifest, quotes)
        for chapter in CHAPTERS:
            chapter(world)
        close(world, time.monotonic() - begun)
    except story.Broken as broken:
        sys.stdout.flush()
        print(f"\ndemo: {broken}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    finally:
        if oyer is not None:
            oyer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
