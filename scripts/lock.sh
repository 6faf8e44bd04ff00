#!/usr/bin/env bash
# Resolves the locks anew: exact versions with hashes and no addresses.
set -euo pipefail
uv=${UV:-uv}
compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate pyproject.toml --extra analytics --extra embedded "$@"
}
compile --group pyproject.toml:build -o locks/runtime.txt
compile --group pyproject.toml:build --group pyproject.toml:dev -o locks/dev.txt
# Mutation testing: beside the others, never in them.
"$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
  --no-header --no-annotate --group pyproject.toml:mutation --constraint locks/dev.txt -o locks/mutation.txt
