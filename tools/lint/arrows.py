#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when an include points to a room that src/CMakeLists.txt does not allow, or when two rooms point at each other.

The allowed arrows are the ROOMS of each oyer_room line. A room may use what it names, and nothing through the back door: includes
are checked file by file. Tests (x_test.cc) may also use tests/support. A part (oyer_part) is a room named room_part in src/room/part/.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def allowed_arrows():
    rooms, order = {}, []
    for line in (ROOT / "src/CMakeLists.txt").read_text().splitlines():
        if match := re.match(r"oyer_part\((\w+) (\w+)", line.strip()):
            rooms[f"{match[1]}_{match[2]}"] = {match[1]} | rooms[match[1]]
            order.append(f"{match[1]}_{match[2]}")
            continue
        match = re.match(r"oyer_room\((\w+) ROOMS([\w ]*?)(?: LIBRARIES .*)?\)$", line.strip())
        if match:
            rooms[match[1]] = set(match[2].split())
            order.append(match[1])
    return rooms, order


def main():
    rooms, order = allowed_arrows()
    faults = []
    for position, room in enumerate(order):
        for used in rooms[room]:
            if used not in order[:position]:
                faults.append(f"src/CMakeLists.txt: {room} uses {used}, which does not stand above it")
    engines = {"link", "estimate", "weigh", "council"}
    for engine in engines:
        for used in rooms.get(engine, set()) - {"base", "text"}:
            faults.append(f"src/CMakeLists.txt: the engine {engine} uses {used}; engines use base and text only")
    for path in sorted((ROOT / "src").glob("**/*.[ch]*")) + sorted((ROOT / "apps").glob("**/*.[ch]*")):
        relative = path.relative_to(ROOT)
        room = "_".join(relative.parts[1:-1]) if relative.parts[0] == "src" else None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "([\w/]+)/', line)
            used = match[1].replace("/", "_") if match else ""
            if used not in rooms:
                continue
            if room is None:
                allowed = {"oyer_verify.cc": {"base", "seal", "dossier"}, "oyer.cc": {"cli"}}.get(relative.name, {"base"})
                if used not in allowed:
                    faults.append(f"{relative}:{number}: this program may not use {used}")
            elif used != room and used not in rooms[room]:
                faults.append(f"{relative}:{number}: {room} may not use {used}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"arrows: {len(order)} rooms, {'no fault' if not faults else str(len(faults)) + ' faults'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
