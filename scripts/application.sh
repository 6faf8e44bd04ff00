#!/usr/bin/env bash
# Fetches the public application of tests/context/test_application.py with its own tests, into an environment of its own in
# .venv/application. Every file is checked against locks/application.txt; its source is never part of this repository.
# Without a network the tests that need it are skipped and say so; with CI=true that is a failure.
set -euo pipefail
here=.venv/application
stamp=$here/done-$(cat locks/application.txt "$0" | sha256sum | cut -c1-16)
[ -e "$stamp" ] && exit 0
if [ "${1:-}" != fetch ]; then
  "$0" fetch && exit 0
  rm -rf "$here"
  echo "the public application could not be fetched: its tests will be skipped" >&2
  [ "${CI:-}" != true ]
  exit
fi
pip() { "$here/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
rm -rf "$here"
.venv/bin/python -m venv "$here"
echo "fetching the public application: $(grep -c '^[a-z0-9]' locks/application.txt) locked packages" >&2
pip install --require-hashes -r locks/application.txt
# The tests come with the source archive only; its hash stands in the same lock.
sed -n '/^kinto==/,/[^\\]$/p' locks/application.txt >"$here/source.txt"
PATH="$PWD/$here/bin:$PATH" pip download --require-hashes --no-deps --no-binary kinto --no-build-isolation \
  -d "$here" -r "$here/source.txt"
mkdir "$here/source"
tar -xzf "$here"/kinto-*.tar.gz -C "$here/source" --strip-components=1
# What runs is the locked wheel: a folder of the same name beside the tests would stand before it.
rm -r "$here/source/kinto"
touch "$stamp"
