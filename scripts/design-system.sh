#!/usr/bin/env bash
# Builds the design system of console and public site from npm into src/recuse/design/vendored, so that whoever uses them
# needs no Node; with `--check`, compares what it builds byte for byte with what lies there, and changes nothing. What comes from
# npm is checked against the sha512 of scripts/design-system/package-lock.json, which names no registry, and runs no script of its
# own; it lies in .venv/npm, where tests also find axe-core. With `fetch` it only fetches. Where npm cannot be had it says so and
# ends with 3; with CI=true tests take that for a failure.
set -euo pipefail
source=scripts/design-system
vendored=src/recuse/design/vendored
tools=.venv/npm
# Icons of the sprite, by their name in the design system.
icons=(arrow_back arrow_drop_down arrow_drop_up check_circle close error file_download help info launch lock navigate_before
  navigate_next schedule search verified visibility_off warning)

fetch() {
  local stamp
  stamp=$tools/done-$(cat $source/package.json $source/package-lock.json | sha256sum | cut -c1-16)
  [ -e "$stamp" ] && return
  command -v npm >/dev/null || { echo "npm is missing: the design system cannot be built anew" >&2 && return 3; }
  rm -rf $tools
  mkdir -p $tools
  cp $source/package.json $source/package-lock.json $tools
  echo "fetching the design system and axe-core from npm, by the locked hashes" >&2
  (cd $tools && npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || {
    rm -rf $tools
    echo "the design system could not be fetched from npm" >&2
    return 3
  }
  touch "$stamp"
}

version() { # of a package in the lock
  sed -n "\\|\"node_modules/$1\": {|,/}/ s/.*\"version\": \"\\(.*\\)\",/\\1/p" $source/package-lock.json | head -1
}

build() { # folder: writes all of it there
  local to=$1 uswds=$tools/node_modules/@uswds/uswds image icon
  mkdir -p "$to/uswds" "$to/htmx"
  $tools/node_modules/.bin/sass --style=compressed --no-source-map --quiet-deps --load-path="$uswds/packages" \
    $source/uswds.scss "$to/uswds/uswds.css"
  $tools/node_modules/.bin/rtlcss --silent "$to/uswds/uswds.css" "$to/uswds/uswds.rtl.css"
  for image in $(grep -o 'url("\?img/[^")]*' "$to"/uswds/*.css -h | sed 's/url("\?//' | sort -u); do
    mkdir -p "$to/uswds/$(dirname "$image")"
    cp "$uswds/dist/$image" "$to/uswds/$image"
  done
  {
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    for icon in "${icons[@]}"; do
      printf '<symbol id="%s" viewBox="0 0 24 24">' "$icon"
      tr -d '\n' <"$uswds/dist/img/usa-icons/$icon.svg" | sed 's/^<svg[^>]*>//; s|</svg>$||'
      echo '</symbol>'
    done
    echo '</svg>'
  } >"$to/uswds/icons.svg"
  cp "$uswds/LICENSE.md" "$to/uswds/LICENSE.md"
  cp $tools/node_modules/htmx.org/dist/htmx.min.js "$to/htmx/htmx.min.js"
  cp $tools/node_modules/htmx.org/LICENSE "$to/htmx/LICENSE"
  for each in @uswds/uswds htmx.org sass rtlcss; do echo "$each $(version "$each")"; done >"$to/VERSIONS"
  (cd "$to" && find . -type f ! -name SHA256SUMS -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS)
}

fetch || exit
[ "${1:-}" = fetch ] && exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build "$work"
if [ "${1:-}" = --check ]; then
  diff -rq "$work" $vendored && echo "what is vendored is what npm's files give" && exit
  echo "what is vendored is not what is built: run scripts/design-system.sh and look at the difference" >&2
  exit 1
fi
rm -rf $vendored
mkdir -p "$(dirname $vendored)"
cp -r "$work" $vendored
chmod -R u=rwX,go=rX $vendored
