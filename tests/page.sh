#!/usr/bin/env bash
# The page of a daemon in a real browser, and its filter against the table of filters. Where there is no browser or no node, or
# the npm registry can not be reached and nothing is cached, it says so and does not check what needs them. A directory that is named gets pictures.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/clients/node.sh
. tests/clients/node.sh

# WHY: nothing more can be checked here.
leave() {
  not_checked "the page in a browser" "$1"
  exit 0
}

command -v node >/dev/null || leave "There is no node; install node and npm."
node tests/page/filter.mjs

browser="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
[ -n "$browser" ] || leave "There is no Chromium; install it, or name it with CHROMIUM."
command -v npm >/dev/null || leave "There is no npm."
driver="$cache/npm/playwright-core@1.65.1"
install_once "$driver" npm_package "playwright-core@1.65.1" || leave "The npm registry can not be reached."

# With the tests, so that what they were built with is used again.
[ -n "${EXAI_BINARIES:-}" ] || cargo build --workspace --bins --tests --locked --quiet
target="${EXAI_BINARIES:-${CARGO_TARGET_DIR:-$PWD/target}/debug}"
CHROMIUM="$browser" EXAI="$target/exai" NODE_PATH="$driver/node_modules" node tests/page/drive.mjs "$@"
