#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benches and writes bench/RESULTS.md. Every figure stands beside the command that gives it.

Usage: bench/run.py --bin build-bench [--build]   (--build also times a clean build and an engine rebuild, without ccache)
"""
import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARK = "<!-- measured: written by bench/run.py -->"


def micro(binaries):
    """Google Benchmark's medians."""
    done = subprocess.run([str(binaries / "bench_spine"), "--benchmark_format=json", "--benchmark_repetitions=3", "--benchmark_report_aggregates_only=true"], capture_output=True, text=True, check=True)
    rows = []
    for bench in json.loads(done.stdout)["benchmarks"]:
        if bench.get("aggregate_name") != "median":
            continue
        rate = bench.get("items_per_second")
        rows.append((bench["run_name"].split("/iterations")[0].split("/min_time")[0], f"{bench['real_time']:.3g} {bench['time_unit']}", f"{bench['cpu_time']:.3g} {bench['time_unit']}", f"{rate:,.0f}" if rate else ""))
    return rows


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(command, env=None, runs=3):
    """Median wall and CPU seconds of a whole process."""
    walls, cpus = [], []
    for _ in range(runs):
        before, start = children_cpu(), time.monotonic()
        subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        walls.append(time.monotonic() - start)
        cpus.append(children_cpu() - before)
    return statistics.median(walls), statistics.median(cpus)


def intake(binaries):
    """Sealing, parsing and indexing the UN documents, beside pdftotext (text alone) on the same files in the same run."""
    folder = Path(os.environ.get("OYER_SHARED_DATA", ROOT.parent / "shared/data")) / "un_docs"
    if not folder.is_dir():
        print(f"SKIPPED, LOUDLY: {folder} is absent, so intake is not measured.", file=sys.stderr)
        return []
    documents = sorted(folder.glob("*.pdf"))
    rows, ours, theirs = [], [], []
    with tempfile.TemporaryDirectory() as work:
        env = dict(os.environ, XDG_CONFIG_HOME=work, XDG_RUNTIME_DIR=work, OYER_KEY_FILE=work + "/key")
        Path(work, "key").write_bytes(os.urandom(32))
        for run in range(3):
            case = f"{work}/case{run}"
            oyer = [str(binaries / "oyer"), "-C", case, "--quiet"]
            subprocess.run([str(binaries / "oyer"), "init", case, "--title", "bench"], env=env, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(oyer + ["source", "add", "--label", "UN", "--kind", "official"], env=env, check=True, stdout=subprocess.DEVNULL)
            ours.append(timed(oyer + ["add", str(folder), "--source", "UN"], env, 1))
            theirs.append(timed(["sh", "-c", f"for f in {folder}/*.pdf; do pdftotext \"$f\" /dev/null; done"], env, 1))
    for name, values in (("`oyer add` on un_docs (sealed, encrypted, parsed in a sandbox, boxes, redaction tree, indexed)", ours), ("`pdftotext` on the same files (text alone)", theirs)):
        wall = statistics.median(value[0] for value in values)
        cpu = statistics.median(value[1] for value in values)
        rows.append((name, f"{wall:.2f} s", f"{cpu:.2f} s", f"{len(documents) / wall:.1f} documents/s"))
    return rows


def build_times():
    """A clean build without ccache on this machine, and one engine file touched."""
    folder = Path(tempfile.mkdtemp())
    env = dict(os.environ, CCACHE_DISABLE="1")
    subprocess.run(["cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja"], env=env, check=True, stdout=subprocess.DEVNULL)
    sqlite, _ = timed(["ninja", "-C", str(folder), "oyer_sqlite"], env, 1)
    before = children_cpu()
    clean, _ = timed(["ninja", "-C", str(folder)], env, 1)
    cpu = children_cpu() - before
    engine = ROOT / "src/weigh/weigh.cc"
    engine.touch()
    touched, _ = timed(["ninja", "-C", str(folder)], env, 1)
    shutil.rmtree(folder)
    return [("SQLite amalgamation, once", f"{sqlite:.0f} s", "", ""), ("clean build of everything else, tests included, without ccache (limit 360 s)", f"{clean:.0f} s", f"{cpu:.0f} s", ""), ("after touching src/weigh/weigh.cc (limit 20 s)", f"{touched:.1f} s", "", "")]


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="build-bench")
    parser.add_argument("--build", action="store_true")
    arguments = parser.parse_args()
    binaries = Path(arguments.bin).resolve()
    heads = ("what", "wall (median of 3)", "CPU", "rate")
    text = [f"Measured on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}. Machines are shared and noisy: read ratios and CPU time first.", "",
            "`make bench`, engines and record (rate: items per second; rebuild and append count entries):", "", table(heads, micro(binaries)), "", "`make bench`, whole commands:", "", table(heads, intake(binaries))]
    if arguments.build:
        text += ["", "`bench/run.py --bin build-bench --build`:", "", table(("what", "wall", "CPU", ""), build_times())]
    results = ROOT / "bench/RESULTS.md"
    kept = results.read_text().split(MARK)[0] if results.exists() else "# Results\n\n"
    results.write_text(kept + MARK + "\n\n" + "\n".join(text) + "\n")
    print(results.read_text())


if __name__ == "__main__":
    main()
