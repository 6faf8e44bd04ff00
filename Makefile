# Two commands matter: `make demo` and `make test`. Each sets up everything it needs.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check fuzz bench application cuts schemas restore closings design golden mutants lock setup clean

demo: .venv/.runtime            ## the main job, on a synthetic police records database
	$(BIN)/recuse demo --out demo-output

test: .venv/.dev .venv/.bench   ## every test, with two workers or WORKERS=3 (installs system packages when root on Debian)
	scripts/system-packages.sh
	scripts/postgresql-versions.sh
	scripts/application.sh
	scripts/schemas.sh
	scripts/providers.sh
	scripts/design-system.sh fetch || [ "$$CI" != true ]
	TMPDIR=$$(scripts/test-folder.sh) $(BIN)/python -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder

check: .venv/.dev               ## style, types, floors, sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/mypy examples
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_structure.py

fuzz: .venv/.dev                ## the differential test, longer: make fuzz SETS=50000 SEED=7; FIRST=120 goes on from there
	scripts/postgresql-versions.sh
	$(BIN)/python -m tests.live.fuzz --sets $(or $(SETS),4000) --seed $(or $(SEED),0) --first $(or $(FIRST),0)

bench: .venv/.dev .venv/.bench  ## benchmarks, on a quiet machine: make bench NAME=enforcement ROWS=1000000 VERSIONS=15,18
	$(BIN)/python -m bench $(NAME) --rows $(or $(ROWS),5000000) --rounds $(or $(ROUNDS),31) --versions $(or $(VERSIONS),18)

application: .venv/.dev         ## a public application's own tests under a policy, all of them every way
	scripts/system-packages.sh
	CI=true scripts/application.sh
	APPLICATION=whole $(BIN)/python -m pytest -q tests/context/test_application.py

cuts: .venv/.dev                ## apply cut before and after every one of its statements: make cuts VERSION=15 FIRST=200
	scripts/system-packages.sh
	TMPDIR=$$(scripts/test-folder.sh) $(BIN)/python -m tests.apply.trials --version $(or $(VERSION),18) --first $(or $(FIRST),1)

closings: .venv/.dev            ## every escape path under a policy with `--close all`: closed, or told
	CLOSINGS=whole TMPDIR=$$(scripts/test-folder.sh) $(BIN)/python -m pytest -q tests/closing/test_every.py

schemas: .venv/.dev             ## `reach` on every public schema, five sets of grants on both ends, every path typed
	scripts/system-packages.sh
	CI=true scripts/schemas.sh
	SCHEMAS=whole TMPDIR=$$(scripts/test-folder.sh) $(BIN)/python -m pytest -q -s --timeout=3600 tests/schemas

restore: .venv/.dev             ## copies, standbys and backups on both ends, with an upgrade and a subscriber
	scripts/system-packages.sh
	RESTORE=whole TMPDIR=$$(scripts/test-folder.sh) $(BIN)/python -m pytest -q tests/restore tests/restore/whole.py

design: .venv/.dev              ## the design system anew from npm, and the pictures of the documentation
	scripts/design-system.sh
	PICTURES=write $(BIN)/python -m pytest -q tests/browser tests/site -k picture

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

.venv/.bench: .venv/bin/python locks/bench.txt
	scripts/install.sh bench

setup: .venv/.dev               ## only the environment

clean:                          ## everything that can be made again
	rm -rf .venv build demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
