#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the seal beside its peers (cp and sync, borg, restic) in one run, and prints a markdown section for bench/RESULTS.md.

Usage: bench/seal.py --bin build-bench --work FOLDER [--runs 3]   (FOLDER: on the disk to be measured, 8 GiB free)
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

GIB = 1 << 30


def child(command, env=None):
    """Wall seconds, CPU seconds and peak MiB of one process and what it waited for, and what it printed."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed: {err.decode()[-400:]}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def medians(samples):
    return [statistics.median(values) for values in zip(*samples)]


def make_files(work):
    """One file of 1 GiB and a folder of 256 files of 1 MiB, random."""
    big, small = work / "big", work / "small"
    small.mkdir(parents=True, exist_ok=True)
    if not big.exists() or big.stat().st_size != GIB:
        with big.open("wb") as out:
            for _ in range(1024):
                out.write(os.urandom(1 << 20))
    for i in range(256):
        if not (small / f"{i:03}").exists():
            (small / f"{i:03}").write_bytes(os.urandom(1 << 20))
    os.sync()
    return {"1 GiB in one file": ([big], GIB), "256 files of 1 MiB": ([small / f"{i:03}" for i in range(256)], GIB // 4)}


def ways(binaries, work, files):
    """The commands to compare: name -> (what to do before, the timed command, environment). Each stores into something fresh."""
    names = [str(path) for path in files]
    env = dict(os.environ, BORG_PASSPHRASE="bench", BORG_BASE_DIR=str(work / "borg-home"), RESTIC_PASSWORD="bench")
    target = str(work / "target")
    yield "cp, then sync", None, ["sh", "-c", 'mkdir "$0" && cp "$@" "$0" && sync -f "$0"', target, *names], env
    yield "Store::put_stream", None, [str(binaries / "bench_seal"), "ingest", target, *names], env
    yield "borg create", ["borg", "init", "--encryption=repokey-blake2", target], ["sh", "-c", 'borg create --compression none "$0::a" "$@" && sync -f "$0"', target, *names], env
    yield "restic backup", ["restic", "-q", "--no-cache", "-r", target, "init"], ["sh", "-c", 'restic -q --no-cache -r "$0" backup "$@" && sync -f "$0"', target, *names], env


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="build-bench")
    parser.add_argument("--work", required=True)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    binaries, work = Path(arguments.bin).resolve(), Path(arguments.work).resolve()
    bench = str(binaries / "bench_seal")
    rows = []

    def seal(title, target, show, *command):
        # A folder of its own each time: ext4 goes slowly around inodes that were freed in the last seconds.
        found = [json.loads(child([bench, command[0], str(work / "logs" / f"{len(rows)}-{run}"), *map(str, command[1:])])[3]) for run in range(arguments.runs)]
        middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
        rows.append((title, target, show(middle), "`bench_seal " + " ".join(map(str, (command[0], "DIR", *command[1:]))) + "`"))

    def appended(middle):
        return f"{middle['rate']:,.0f}/s, p99 of a submission {middle['p99_ms']:.1f} ms, {middle['cpu_us_per_entry']:.1f} µs CPU an entry, {middle['submissions_per_round']:.1f} submissions a round"

    (work / "logs").mkdir(parents=True, exist_ok=True)
    for size, threads, count, target in ((50, 1, 20000, ""), (50, 16, 60000, "20,000/s, p99 at most 100 ms"), (1, 1, 1000, ""), (1, 32, 6000, ""), (5000, 2, 400000, "200,000/s"), (5000, 4, 400000, "200,000/s")):
        seal(f"durable append, case tier, bodies of 400 bytes, submissions of {size}, {threads} callers", target, appended, "append", size, threads, count)
    seal("`Journal::append`, open entries of 400 bytes, 10,000 a batch", "", lambda middle: f"{middle['rate']:,.0f}/s, {middle['cpu_us_per_entry']:.1f} µs CPU an entry", "journal", 200000)
    seal("hash audit of 1,000,000 entries of 400 bytes (the one checkpoint's signature included), then inclusion proofs", "5 s, about 100 MiB; 0.5 ms",
         lambda middle: f"{middle['audit_s']:.2f} s, CPU {middle['audit_cpu_s']:.2f} s; peak {middle['audit_peak_mib']:.0f} MiB; proof {middle['proof_cold_ms']:.3f} ms cold (no tile in memory), {middle['proof_warm_ms']:.3f} ms warm; apart from that, Ed25519 signatures checked: {middle['signatures_per_s']:,.0f}/s and core", "log", 1000000)
    text = ["| what | target | figure | command |", "|---|---|---|---|"] + ["| " + " | ".join(row) + " |" for row in rows]
    text += ["", "| stored | by | wall | of cp and sync | CPU seconds a GiB | peak memory |", "|---|---|---|---|---|---|"]
    for title, (files, size) in make_files(work).items():
        samples = {}
        for _ in range(arguments.runs):  # in turns, so that a busy minute of the disk hits all alike
            for name, before, command, env in ways(binaries, work, files):
                shutil.rmtree(work / "target", ignore_errors=True)
                os.sync()
                if before:
                    child(before, env)
                samples.setdefault(name, []).append(child(command, env)[:3])
        base = medians(samples["cp, then sync"])[0]
        for name, values in samples.items():
            wall, cpu, peak = medians(values)
            text.append(f"| {title} | `{name}` | {wall:.2f} s | {base / wall * 100:.0f} % | {cpu * GIB / size:.2f} | {peak:.0f} MiB |")
    shutil.rmtree(work / "target", ignore_errors=True)
    shutil.rmtree(work / "logs", ignore_errors=True)
    print("\n".join(text))


if __name__ == "__main__":
    main()
