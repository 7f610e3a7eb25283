# make demo      the built-in family, from FASTQ to report, under demo/
# make test      every test, then the kernels in their other two modes
# Both install first what is missing (make setup), and need nothing else: see setup/setup.sh.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-kernels test-mutants test-kill test-chaos test-slurm test-slurm-fake lint clean test-fuzz \
	test-fuzz-hours

CORES ?= $(shell nproc)
# One more than the cores of a small machine: tests of schedulers, browsers and killed runs wait for half of their time.
WORKERS ?= 3
# Further options for pytest, as in: make test PYTEST_OPTIONS="-k de_novo"
PYTEST_OPTIONS ?=

BIN := .venv/bin
# Tests of one group, as those on the one SLURM of this machine, run one after the other.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --durations=15 $(PYTEST_OPTIONS)
# The tools of a conda environment stand in .venv/bin too.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Uncompiled modules triple the start of snakemake.
unexport PYTHONDONTWRITEBYTECODE

help:
	@sed -n '/^#/!q; s/^# //p' Makefile
	@echo "make lint, make test-kernels, make clean, make setup: see CONTRIBUTING.md"

setup:
	@bash setup/setup.sh

demo: setup
	$(BIN)/filiation demo --directory demo --cores $(CORES)

test: setup
	bash tests/slurm/cluster.sh install
	$(PYTEST)
	NUMBA_BOUNDSCHECK=1 $(PYTEST) -m kernels tests/kernels
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m kernels tests/kernels

# Only the three together catch a wrong rule, an index out of bounds and a missing value taken for a number.
test-kernels: setup
	$(PYTEST) -m kernels tests/kernels
	NUMBA_BOUNDSCHECK=1 $(PYTEST) -m kernels tests/kernels
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m kernels tests/kernels

# Every night: 100,000 damaged files through the reader of calls; `make test` tries 3,000 of them.
test-mutants: setup
	MUTANTS=100000 $(BIN)/python -m pytest tests/unit/test_raw_fuzz.py -k no_mutant

# Every night: 100,000 damaged texts (PED, sheet, panel, lists, BED, GFF, configuration) and as many VCF and BCF, each
# read in a process of its own; FUZZ chooses another number. `make test` tries 2,400 and 3,000.
FUZZ ?= 100000
test-fuzz: setup
	TEXT_MUTANTS=$(FUZZ) $(BIN)/python -m pytest tests/unit/test_text_fuzz.py
	MUTANTS=$(FUZZ) $(BIN)/python -m pytest tests/unit/test_raw_fuzz.py -k no_mutant

# Every night: an hour of processor time for each parser of ours, under a fuzzer that follows coverage; FUZZ_CORPUS keeps
# what reached new code. `make test` gives each a few seconds.
test-fuzz-hours: setup
	FUZZ_MINUTES=$${FUZZ_MINUTES:-60} $(PYTEST) tests/unit/test_coverage_fuzz.py

# Every night: 200 writers of the archive killed at a step or a moment; `make test` kills 28. KILL_SEED chooses others.
test-kill: setup
	KILL_TRIALS=200 $(BIN)/python -m pytest tests/tools/test_archive_kill.py

# Every night: 500 kills of runs at random moments of every step, and every step from FASTQ (`make test` kills 16); a full
# disk or quota at every step three times (two steps once); 200 times two runs at once (twice).
test-chaos: setup
	CHAOS_TRIALS=$${CHAOS_TRIALS:-500} DISK_TRIALS=3 RACE_TRIALS=200 CHAOS_NIGHT=1 $(BIN)/python -m pytest -s tests/chaos

# A real SLURM, which is installed and started on this machine, as root on Debian: the demonstration and the series of
# faults of `make test`, then each fault alone. Writes docs/slurm-series.md.
test-slurm: setup
	bash tests/slurm/cluster.sh install accounting
	SLURM_TESTS=1 SLURM_SERIES=docs/slurm-series.md SLURM_SERIES_COMMAND="make test-slurm" \
		$(BIN)/python -m pytest $(PYTEST_OPTIONS) tests/slurm/test_series.py tests/slurm/test_on_slurm.py

# A scheduler of shell scripts that loses jobs, lies and lags: ten trials of each kind, `make test` makes one. Writes
# docs/slurm-fake-series.md.
test-slurm-fake: setup
	FAKE_SLURM_TRIALS=10 SLURM_SERIES=docs/slurm-fake-series.md SLURM_SERIES_COMMAND="make test-slurm-fake" \
		SLURM_SERIES_TITLE="Faults of a made-up scheduler" \
		$(PYTEST) tests/slurm/test_fake_scheduler.py

lint: setup
	$(BIN)/ruff check scripts tests
	$(BIN)/ruff format --check scripts tests
	$(BIN)/mypy
	$(BIN)/snakefmt --check workflow
	$(BIN)/snakemake --lint --snakefile workflow/Snakefile --directory tests/setup/lint \
		--configfile tests/setup/lint/config.yaml

# What we made ourselves; never results/, which may have taken days.
clean:
	rm -rf .venv .conda demo .pytest_cache .mypy_cache .ruff_cache .hypothesis scripts/filiation.egg-info
	find scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +
