#!/usr/bin/env bash
# Fetches two identity providers that tests log in at, into an environment of their own in .venv/providers: what they need is
# none of ours. Every file is checked against locks/providers.txt. Without a network the tests that need them are skipped and
# say so; with CI=true that is a failure.
set -euo pipefail
here=.venv/providers
stamp=$here/done-$(cat locks/providers.txt "$0" | sha256sum | cut -c1-16)
[ -e "$stamp" ] && exit 0
if [ "${1:-}" != fetch ]; then
  "$0" fetch && exit 0
  rm -rf "$here"
  echo "the identity providers could not be fetched: their tests will be skipped" >&2
  [ "${CI:-}" != true ]
  exit
fi
rm -rf "$here"
.venv/bin/python -m venv "$here"
echo "fetching two identity providers: $(grep -c '^[a-z0-9]' locks/providers.txt) locked packages" >&2
"$here/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes -r locks/providers.txt
touch "$stamp"
