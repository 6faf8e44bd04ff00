#!/usr/bin/env bash
# Installs one lock (runtime or dev) with hashes into .venv, then recuse itself from this folder.
set -euo pipefail
lock=$1
echo "setting up: $(grep -c '^[a-z0-9]' "locks/$lock.txt") locked packages" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "locks/$lock.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
touch ".venv/.$lock"
if [ "$lock" = dev ]; then touch .venv/.runtime; fi
