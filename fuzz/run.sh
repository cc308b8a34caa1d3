#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every libFuzzer target for a bounded time. Usage: fuzz/run.sh BUILD_DIR SECONDS
# Kept seeds lie in fuzz/corpus (in the repository); what is found on top of them stays in BUILD_DIR/corpus. A finding stops the run and is
# left in BUILD_DIR/findings: mend the fault, and keep the input as fuzz/corpus/NAME/regression-….
set -eu
build=$1
seconds=$2
mkdir -p "$build/findings"
[ -d /dev/shm ] && export TMPDIR=/dev/shm # fuzz_journal writes its files there
for fuzzer in "$build"/fuzz_*; do
  [ -x "$fuzzer" ] && [ -f "$fuzzer" ] || continue
  name=$(basename "$fuzzer")
  name=${name#fuzz_}
  mkdir -p "$build/corpus/$name" "fuzz/corpus/$name"
  dictionary=
  [ -f "fuzz/dict/$name.dict" ] && dictionary=-dict=fuzz/dict/$name.dict
  echo "$name: $seconds s" >&2
  # shellcheck disable=SC2086
  "$fuzzer" $dictionary -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -verbosity=0 -artifact_prefix="$build/findings/$name-" "$build/corpus/$name" "fuzz/corpus/$name"
done
echo "all fuzzers ran without a finding" >&2
