#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small rules that are cheap to check: each has its reason beside it."""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = {".cc", ".h", ".py", ".js", ".css", ".sh", ".cmake"}


def tracked():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=False).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def main():
    faults = []
    for path in tracked():
        name = path.relative_to(ROOT)
        if path.stat().st_size > 1 << 20:
            faults.append(f"{name}: larger than 1 MiB; data does not belong into the repository")
            continue
        if path.suffix not in CODE and path.name != "Makefile":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in text[:400]:
            faults.append(f"{name}: no SPDX line; whoever finds the file alone must know its licence")
        if path.suffix == ".h" and "#pragma once" not in text:
            faults.append(f"{name}: no #pragma once")
        if path.suffix in {".cc", ".h"} and name.parts[0] == "src":
            # CLI11 and Beast cost half a minute to compile: one file each.
            for header, home in (("CLI/", "src/cli/run.cc"), ("boost/beast", "src/server/server.cc"), ("spdlog/", "src/base/log.cc")):
                if f"#include <{header}" in text and str(name) != home:
                    faults.append(f"{name}: includes <{header}…>, which belongs into {home} alone")
            # Files go through base/disk.h, so that tests can make them fail.
            if "_test.cc" not in path.name and "std::ofstream" in text:
                faults.append(f"{name}: writes through std::ofstream; use Disk")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"files: {'no fault' if not faults else str(len(faults)) + ' faults'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
