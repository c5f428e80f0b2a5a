#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the pages and tests them in Chromium. Exit 77: something is missing, so nothing was tested.
set -u
here=$(cd -- "$(dirname -- "$0")" && pwd)
for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
  [ -n "$browser" ] && CHROMIUM=$(command -v "$browser") && break
done
if [ -z "${CHROMIUM:-}" ] || ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "skipped: node, npm and Chromium are needed to test the pages"
  exit 77
fi
export CHROMIUM
mkdir -p "$YHAT_WEB_OUT" && cd "$YHAT_WEB_OUT" || exit 1
cp "$here/package.json" "$here/package-lock.json" "$here"/*.mjs . || exit 1
if [ ! -d node_modules/playwright-core ] || [ ! -d node_modules/axe-core ]; then
  if ! PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund >npm.log 2>&1; then
    echo "skipped: npm ci failed (npm.log)"
    exit 77
  fi
fi
node pages.mjs
