#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the incoming files of a fictional inquiry: generate.py OUT_DIR [--seed N]"""

import argparse
import json
import pathlib

from tauvane import (hearing, hostile, lantern, ledger, lists, mail, official,
                     picture, press, recording, scan)

PARTS = [recording, scan, hearing, mail, lantern, press, official, ledger,
         picture, lists, hostile]


def _json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def generate(out, seed):
    incoming = out / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    manifest = [row for part in PARTS for row in part.make(incoming, seed)]
    _json(out / "manifest.json", manifest)
    _json(out / "allegations.json",
          [{"number": number, "text": text} for number, text in enumerate(official.ALLEGATIONS, 1)])
    return manifest


def main():
    parser = argparse.ArgumentParser(description="Writes the incoming files of a fictional inquiry.")
    parser.add_argument("out", type=pathlib.Path, metavar="OUT_DIR")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    arguments = parser.parse_args()
    manifest = generate(arguments.out, arguments.seed)
    exhibits = sum(row["exhibit"] for row in manifest)
    print(f"{exhibits} exhibits in {len(manifest)} files under {arguments.out / 'incoming'}")


if __name__ == "__main__":
    main()
