#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every fuzzer for a bounded time; corpora are kept in fuzz/corpus. Usage: fuzz/run.sh BUILD_DIR SECONDS
set -eu
build=$1
seconds=$2
for fuzzer in "$build"/fuzz_*; do
  [ -x "$fuzzer" ] && [ -f "$fuzzer" ] || continue
  name=$(basename "$fuzzer")
  mkdir -p "fuzz/corpus/$name"
  echo "$name: $seconds s" >&2
  "$fuzzer" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 "fuzz/corpus/$name"
done
echo "all fuzzers ran without a finding" >&2
