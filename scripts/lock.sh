#!/usr/bin/env bash
# Resolves the locks anew: exact versions with hashes and no addresses.
set -euo pipefail
uv=${UV:-uv}
resolve() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate "$@"
}
compile() {
  resolve pyproject.toml --extra analytics --extra embedded "$@"
}
compile --group pyproject.toml:build -o locks/runtime.txt
compile --group pyproject.toml:build --group pyproject.toml:dev -o locks/dev.txt
resolve locks/application.in -o locks/application.txt
