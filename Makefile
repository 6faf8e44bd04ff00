# Two commands matter: `make demo` and `make test`. Each sets up everything it needs.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check fuzz golden mutants lock setup clean

demo: .venv/.runtime            ## the main job, on a synthetic police records database
	$(BIN)/recuse demo --out demo-output

test: .venv/.dev                ## every test (installs system packages when root on Debian)
	scripts/system-packages.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/.dev               ## style, types, floors, sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_structure.py

fuzz: .venv/.dev                ## the differential test, longer: make fuzz SETS=50000 SEED=7
	$(BIN)/python -m pytest -q -s tests/test_differential_live.py --sets $(or $(SETS),20000) --seed $(or $(SEED),0)

mutants: .venv/.mutation        ## mutation testing, resumable: make mutants MODULE=compiler/lower (or gate)
	$(BIN)/python -m tests.mutation $(MODULE)

lock: .venv/.dev                ## write locks/*.txt anew (hashes, no addresses); needs uv on the path
	scripts/lock.sh

.venv/bin/python:
	scripts/bootstrap.sh $(PYTHON)

.venv/.runtime: .venv/bin/python locks/runtime.txt pyproject.toml
	scripts/install.sh runtime

.venv/.dev: .venv/bin/python locks/dev.txt pyproject.toml
	scripts/install.sh dev

.venv/.mutation: .venv/.dev locks/mutation.txt
	scripts/install.sh mutation

setup: .venv/.dev               ## only the environment

clean:                          ## everything that can be made again
	rm -rf .venv build demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
