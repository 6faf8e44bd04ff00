#!/usr/bin/env bash
# Installs one lock (runtime or dev) with hashes into .venv, then recuse itself from this folder. The lock `bench` goes into
# a folder of its own, where nothing but a benchmark looks: what it holds would hook into the tests.
set -euo pipefail
lock=$1
echo "setting up: $(grep -c '^[a-z0-9]' "locks/$lock.txt") locked packages" >&2
install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "locks/$lock.txt" "$@"; }
if [ "$lock" = bench ]; then
  rm -rf .venv/bench
  install --no-deps --target .venv/bench
  touch .venv/.bench
  exit
fi
install
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
touch ".venv/.$lock"
if [ "$lock" = dev ]; then touch .venv/.runtime; fi
