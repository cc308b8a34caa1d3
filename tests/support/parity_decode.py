#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Heals stored files from their parity sets, written from docs/formats/blob.md alone: the oracle of the C++ code, and a way out without it.

    /usr/bin/python3 tests/support/parity_decode.py BLOBS OUT

Reads BLOBS/parity/*.par and the files that they cover, and writes every covered file, healed, below OUT. Exits with 1 if a group has lost
too much. Slow, and reads files whole: for tests and for emergencies.
"""
import hashlib
import struct
import sys
from pathlib import Path

# GF(2^8) with 0x11D: powers of the generator 2, and their logarithms.
EXP, LOG = [0] * 510, [0] * 256
value = 1
for power in range(255):
    EXP[power] = EXP[power + 255] = value
    LOG[value] = power
    value = value << 1 ^ (0x11D if value & 0x80 else 0)


def times(a, b):
    return EXP[LOG[a] + LOG[b]] if a and b else 0


def inverse(a):
    return EXP[255 - LOG[a]]


def scaled(shard, factor):
    return int.from_bytes(shard.translate(bytes(times(factor, byte) for byte in range(256))), "big")


def solve(rows, wanted):
    """Gauss-Jordan: the coefficients that give data shard `wanted` from the shards that `rows` made."""
    size = len(rows)
    both = [list(row) + [int(i == j) for j in range(size)] for i, row in enumerate(rows)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if both[row][column])
        both[column], both[pivot] = both[pivot], both[column]
        factor = inverse(both[column][column])
        both[column] = [times(factor, cell) for cell in both[column]]
        for row in range(size):
            if row != column and both[row][column]:
                factor = both[row][column]
                both[row] = [cell ^ times(factor, other) for cell, other in zip(both[row], both[column])]
    return both[wanted][size:]


def parse(header):
    """The set that a header describes, or nothing if it does not fit its hash."""
    if header[:16] != b"oyer-par/1\n" + bytes(5) or hashlib.sha256(header[:-32]).digest() != header[-32:]:
        return None
    size, k, m, count, shards = struct.unpack(">IHHII", header[24:40])
    at, ranges = 40, []
    for _ in range(count):
        (length,) = struct.unpack_from(">H", header, at)
        ranges.append((header[at + 2 : at + 2 + length].decode(), *struct.unpack_from(">QQ", header, at + 2 + length)))
        at += 2 + length + 16
    groups = -(-shards // k)
    hashes = [header[at + 32 * i : at + 32 * (i + 1)] for i in range(shards + groups * m)]
    return size, k, m, ranges, groups, hashes[:shards], hashes[shards:]


def heal_set(blobs, out, path):
    raw = path.read_bytes()
    (front,) = struct.unpack_from(">Q", raw, 16)
    found = parse(raw[:front])
    if found is None:
        length, magic = struct.unpack(">Q8s", raw[-16:])
        found = parse(raw[-16 - length : -16]) if magic == b"oyer-par" else None
        front = length
    if found is None:
        return [f"{path}: neither header fits"]
    size, k, m, ranges, groups, data_hashes, parity_hashes = found
    places, held = [], {}
    for name, offset, length in ranges:
        source = blobs / name
        held.setdefault(name, source.read_bytes() if source.is_file() else b"")
        places += [(name, offset + at, min(size, length - at)) for at in range(0, length, size)]

    def fitting(shard, wanted):
        return shard if hashlib.sha256(shard).digest() == wanted else None

    data = [fitting(held[name][offset : offset + length].ljust(size, b"\0"), wanted) if len(held[name]) >= offset + length else None for (name, offset, length), wanted in zip(places, data_hashes)]
    parity = [fitting(raw[front + i * size : front + (i + 1) * size], wanted) for i, wanted in enumerate(parity_hashes)]
    faults = []
    for group in range(groups):
        numbers = range(group, len(data), groups)
        lost = [i for i in numbers if data[i] is None]
        if not lost:
            continue
        rows, shards = [], []
        for i in range(k):
            number = group + i * groups
            shard = bytes(size) if number >= len(data) else data[number]
            if shard is not None:
                rows.append([int(i == j) for j in range(k)])
                shards.append(shard)
        for j in range(m):
            shard = parity[group * m + j]
            if shard is not None and len(rows) < k:
                rows.append([inverse((k + j) ^ i) for i in range(k)])
                shards.append(shard)
        if len(rows) < k:
            faults.append(f"{path}: group {group} has lost too much")
            continue
        for number in lost:
            total = 0
            for factor, shard in zip(solve(rows, number // groups), shards):
                total ^= scaled(shard, factor)
            data[number] = fitting(total.to_bytes(size, "big"), data_hashes[number])
            if data[number] is None:
                faults.append(f"{path}: shard {number} does not come out as its hash")
    healed = {}
    for (name, offset, length), shard in zip(places, data):
        file = healed.setdefault(name, bytearray(held[name] if not (out / name).is_file() else (out / name).read_bytes()))
        if shard is None:
            continue
        file.extend(bytes(max(0, offset + length - len(file))))
        file[offset : offset + length] = shard[:length]
    for name, file in healed.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(file)
    return faults


def main():
    blobs, out = Path(sys.argv[1]), Path(sys.argv[2])
    faults = [fault for path in sorted((blobs / "parity").glob("*.par")) for fault in heal_set(blobs, out, path)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
