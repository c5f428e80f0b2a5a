#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh pages | selftest | bench | shots | pictures: makes the pages and opens them in Chromium. Exit 77: something is
# missing, so nothing was done. To take the README's pictures anew:
#   YHAT_STEP=$PWD/build/default/demos/yhat_step YHAT_WEB_OUT=build/web sh tests/web/run.sh pictures
set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
export YHAT_DOCS="$here/../../docs"
for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
  [ -n "$browser" ] && CHROMIUM=$(command -v "$browser") && break
done
if [ -z "${CHROMIUM:-}" ]; then
  echo "skipped: Chromium is needed to test the pages"
  exit 77
fi
export CHROMIUM
mkdir -p "$YHAT_WEB_OUT" && cd "$YHAT_WEB_OUT" || exit 1

# Needs nothing but the browser: every page replays itself forward and back.
selftest() {
  failed=0
  mkdir -p pages
  for example in $("$YHAT_STEP" --list | awk '{ print $1 }'); do
    page=$PWD/pages/selftest-$example.html
    "$YHAT_STEP" "$example" --html "$page" || { echo "$example: not made"; failed=1; continue; }
    said=$(timeout 120 "$CHROMIUM" --headless --no-sandbox --disable-gpu --virtual-time-budget=20000 --dump-dom \
      "file://$page#selftest" 2>/dev/null | grep -o 'data-selftest="[^"]*"')
    echo "$example: $said"
    case $said in *pass:*) ;; *) failed=1 ;; esac
  done
  exit $failed
}
[ "$1" != selftest ] || selftest

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "skipped: node and npm are needed to test the pages"
  exit 77
fi
cp "$here/package.json" "$here/package-lock.json" "$here"/*.mjs "$here/../trace/numbers.json" . || exit 1
if [ ! -d node_modules/playwright-core ] || [ ! -d node_modules/axe-core ]; then
  if ! PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund >npm.log 2>&1; then
    echo "skipped: npm ci failed (npm.log)"
    exit 77
  fi
fi
node "$1.mjs"
