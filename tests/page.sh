#!/usr/bin/env bash
# The page of a daemon in a real browser, and its filter against the table of filters. Where there is no browser or no node, or
# the npm registry can not be reached and nothing is cached, it says so and does not check what needs them.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/clients/node.sh
. tests/clients/node.sh

command -v node >/dev/null || leave "the page" "There is no node; install node and npm."
node tests/page/filter.mjs

browser="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
[ -n "$browser" ] || leave "the page in a browser" "There is no Chromium; install it, or name it with CHROMIUM."
command -v npm >/dev/null || leave "the page in a browser" "There is no npm."
driver="$cache/npm/playwright-core@1.65.1"
install_once "$driver" "playwright-core@1.65.1" || leave "the page in a browser" "The npm registry can not be reached."

# With the tests, so that what they were built with is used again.
[ -n "${EXAI_BINARIES:-}" ] || cargo build --workspace --bins --tests --locked --quiet
target="${EXAI_BINARIES:-${CARGO_TARGET_DIR:-$PWD/target}/debug}"
CHROMIUM="$browser" EXAI="$target/exai" NODE_PATH="$driver/node_modules" node tests/page/drive.mjs
