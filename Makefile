# SPDX-License-Identifier: GPL-3.0-or-later
# The targets people use. Each installs what it needs from Debian (tools/packages.txt), builds, and does its job; what is done is skipped.
.PHONY: all demo test unit bench e2e fuzz fuzz-quick team-test coverage asan tsan tidy format lint package clean configure
JOBS ?= $(shell nproc)
PYTHON := /usr/bin/python3
export OYER_BIN := $(CURDIR)/build

all: configure
	cmake --build build --parallel $(JOBS)

configure:
	@tools/install build run test
	@tools/fetch-sqlite
	@test -f build/build.ninja || cmake --preset release >/dev/null

demo: configure
	@tools/install demo
	cmake --build build --parallel $(JOBS) --target oyer oyer-reader oyer-verify
	@$(PYTHON) demo/run.py --bin build --out build/demo

lint:
	@$(PYTHON) tools/lint/arrows.py
	@$(PYTHON) tools/lint/files.py

# Everything that must hold on every commit; .ci/run calls it.
test: all lint
	@tools/install demo
	ctest --test-dir build --output-on-failure --parallel $(JOBS)
	$(PYTHON) -m unittest discover -s tests/support -p '*_test.py'
	$(PYTHON) -m unittest discover -s tests/e2e -p '*_test.py'
	@$(PYTHON) demo/run.py --bin build --out build/demo > build/demo.log 2>&1 || { cat build/demo.log; exit 1; }
	@echo "make test: all passed"

unit: all
	ctest --test-dir build --output-on-failure --parallel $(JOBS)

# The long runs: every end-to-end test at full length, with a browser.
e2e: all
	@tools/install demo e2e
	@tools/fetch-s3-server
	OYER_E2E_LONG=1 $(PYTHON) -m unittest discover -s tests/e2e -p '*_test.py'
	OYER_LONG=1 build/test_casefile --gtest_filter=CaseLong.*
	OYER_LONG=1 build/test_seal --gtest_filter='*Long.*'

bench: configure
	@tools/install demo
	cmake --preset bench >/dev/null && cmake --build build-bench --parallel $(JOBS) --target bench_spine oyer oyer-reader oyer-verify
	$(PYTHON) bench/run.py --bin build-bench

FUZZ_SECONDS ?= 60
fuzz: configure
	@tools/install dev
	cmake --preset fuzz >/dev/null && cmake --build build-fuzz --parallel $(JOBS) --target fuzzers
	fuzz/run.sh build-fuzz $(FUZZ_SECONDS)

# The kept corpora and simple changes of them, under ASan and UBSan by g++: what `make test` runs of the fuzzers.
fuzz-quick: configure
	cmake --build build --parallel $(JOBS) --target fuzzers
	ctest --test-dir build --output-on-failure --parallel $(JOBS) --label-regex '^fuzz$$'

# Sanitizers over all unit tests.
asan: configure
	cmake --preset asan >/dev/null && cmake --build build-asan --parallel $(JOBS)
	ctest --test-dir build-asan --output-on-failure --parallel $(JOBS)
tsan: configure
	cmake --preset tsan >/dev/null && cmake --build build-tsan --parallel $(JOBS) --target test_link test_casefile
	build-tsan/test_link && build-tsan/test_casefile --gtest_filter='*Threads*'

tidy: configure
	@tools/install dev
	cmake --preset tidy >/dev/null && cmake --build build-tidy --parallel $(JOBS) --target oyer oyer-verify

coverage: configure
	@tools/install dev
	cmake --preset coverage >/dev/null && cmake --build build-coverage --parallel $(JOBS)
	ctest --test-dir build-coverage --parallel $(JOBS)
	gcovr --root . --filter src/ --exclude '.*_test\.cc' --print-summary build-coverage | tail -n 4

format:
	@tools/install dev
	git ls-files '*.cc' '*.h' | xargs clang-format-16 -i

team-test:
	@echo "Team mode does not exist yet: there is nothing to test." >&2; exit 2

package: all
	cmake --build build --target package

clean:
	rm -rf build build-*
