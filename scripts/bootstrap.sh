#!/usr/bin/env bash
# Makes .venv with the Python given, or says in one sentence what is missing.
set -euo pipefail
python=${1:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "recuse needs Python 3.11 or newer as '$python': install it, or say which with 'make PYTHON=/path/to/python3 …'." >&2
  exit 2
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
  else
    echo "Python's venv module is missing: run 'sudo apt install python3-venv', then this command again." >&2
    exit 2
  fi
fi
"$python" -m venv .venv
