# What a newcomer, a developer and CI ask for. How each build is configured is said in
# CMakePresets.json; a plain `make` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help build test demo bench asan tsan soak fuzz check-fuzz format check-format check-scripts tidy \
        clean

JOBS ?= $(shell nproc)
# ON makes every warning an error: make test DRINKD_WERROR=ON
DRINKD_WERROR ?= OFF
# OFF leaves out what CI has no time for with the sanitizers (tests/CMakeLists.txt).
DRINKD_WHOLE_SUITE ?= ON
# How long `make fuzz` stays with each parser, and how many inputs `make check-fuzz` tries on each.
FUZZ_SECONDS ?= 600
FUZZ_RUNS ?= 10000

# The first data race ends the program that it is in, as the other sanitizers' first find does.
asan: export UBSAN_OPTIONS ?= print_stacktrace=1
tsan: export TSAN_OPTIONS ?= halt_on_error=1:second_deadlock_stack=1:suppressions=$(CURDIR)/tests/thread_sanitizer.supp

configure = cmake --preset $(1) -DDRINKD_WERROR=$(DRINKD_WERROR) -DDRINKD_WHOLE_SUITE=$(DRINKD_WHOLE_SUITE)
compile = cmake --build --preset $(1) --parallel $(JOBS)
# $(call fuzz,seconds|runs,count,groups of tests/fuzz/CMakeLists.txt)
fuzz = $(call configure,fuzz) && $(call compile,fuzz) --target $(3:%=fuzz_%) && \
       tests/fuzz/run $(1) $(2) $(3:%=build/fuzz/tests/fuzz/%)
suite = $(call configure,$(1)) && $(call compile,$(1)) && ctest --preset $(1) --parallel $(JOBS)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

build: ## drinkd, drink, tini-sim and drink-bench in build/bin, with what they need from Debian
	@scripts/setup build
	$(call configure,release)
	$(call compile,release) --target drinkd drink tini-sim drink-bench

test: ## build everything and run all tests
	@scripts/setup build test
	$(call suite,release)

demo: build ## three machines, four accounts, simulated boards and a live log, until Ctrl-C
	@scripts/setup demo
	@scripts/demo

bench: build ## compare drinkd with a raw relay and, if installed, mosquitto: what a drop costs
	@scripts/setup bench
	$(call compile,release) --target bench_house mqtt_load durable_commits
	tests/bench/compare

asan: ## all tests with the address and undefined behaviour sanitizers
	@scripts/setup build test
	$(call suite,asan)

tsan: ## all tests with the thread sanitizer
	@scripts/setup build test
	$(call suite,tsan)

soak: ## the simulation, seed after seed until Ctrl-C, with its seeds per second
	@scripts/setup build test
	$(call configure,release)
	$(call compile,release) --target simulate
	build/release/tests/simulate --forever --first $$(date +%s)

fuzz: ## look for inputs that break a parser, FUZZ_SECONDS (600) for each
	@scripts/setup build fuzz
	$(call fuzz,seconds,$(FUZZ_SECONDS),protocol config clients)

check-fuzz: ## the same for FUZZ_RUNS (10000) inputs for each, without those of clients/
	@scripts/setup build fuzz
	$(call fuzz,runs,$(FUZZ_RUNS),protocol config)

format: ## format all C++ files
	@scripts/setup format
	scripts/format

check-format: ## fail when a C++ file is not formatted
	@scripts/setup format
	scripts/format --check

check-scripts: ## shellcheck of the shell scripts
	@scripts/setup scripts
	shellcheck -x -s bash scripts/* .ci/run tests/*/*.sh tests/bench/compare tests/bench/curves tests/fuzz/run packaging/*/*.sh packaging/completions/*.bash

tidy: ## clang-tidy, over a build with clang
	@scripts/setup build tidy
	$(call configure,clang)
	$(call compile,clang)
	run-clang-tidy-19 -quiet -j $(JOBS) -p build/clang \
	    '^$(CURDIR)/(protocol|config|machines|ledger|daemon|clients)/'

clean: ## remove build/, the demo's ledger included
	rm -rf build
