#!/usr/bin/env bash
# The official conformance suite of the Model Context Protocol against the product and against the harness (tests/harness), both
# of its revisions. What exai lacks on purpose is in conformance/expected-failures.yml with its reasons; that list is strict.
# Where the npm registry can not be reached, and nothing is cached, it says so and checks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/clients/node.sh
. tests/clients/node.sh

has_node_and "the conformance suite" "@modelcontextprotocol/conformance@0.2.0-alpha.12" conformance || exit 0

# With the tests, so that what they were built with is used again.
[ -n "${EXAI_BINARIES:-}" ] || cargo build --workspace --bins --tests --locked --quiet
target="${EXAI_BINARIES:-${CARGO_TARGET_DIR:-target}/debug}"
work=$(mktemp -d)
# shellcheck disable=SC2317 # the trap calls it
end() {
  end_all
  rm -rf "$work"
}
trap end EXIT

failed=0
# NAME ADDRESS TOKEN_FILE LIST
suite() {
  local port revision log
  serve "$work/$1-bearer" node tests/conformance/bearer.mjs "$2" "$3"
  port="$first"
  for revision in 2025-11-25 2026-07-28; do
    log="$work/$1-$revision.log"
    if "$suite" server --url "http://127.0.0.1:$port/mcp" --requirements "$revision" \
      --expected-failures "$4" -o "$work/results-$1-$revision" >"$log" 2>&1; then
      printf '%s, %s: %s of %s scenarios pass, the others are expected not to\n' "$1" "$revision" \
        "$(sed -n '/=== SUMMARY/,/^Total/p' "$log" | grep -c '^✓')" "$(sed -n '/=== SUMMARY/,/^Total/p' "$log" | grep -c '^[✓✗]')"
    else
      failed=1
      printf '%s, %s: not as it should be\n' "$1" "$revision" >&2
      sed -n '/=== SUMMARY/,$p' "$log" >&2
    fi
  done
}

mkdir -m 700 "$work/harness" "$work/product"
serve "$work/harness.log" "$target/exai-harness" "$work/harness"
suite harness "$first" "$work/harness/token" tests/conformance/expected-failures.yml

{
  cat tests/conformance/expected-failures.yml
  grep '^ ' tests/conformance/without-fixtures.yml
} >"$work/product.yml"
# shellcheck disable=SC2317 # it is called by its name
product() {
  exec env -i HOME="$work/product" EXAI_STATE_DIR="$work/product" EXAI_WS_PORT=0 MONITORING_PORT=0 HEALTH_CHECK_PORT=0 \
    METRICS_PORT=0 "$target/exai" daemon 2>&1
}
serve "$work/product.log" product
suite product "${first#main: ws://}" "$work/product/token" "$work/product.yml"
exit "$failed"
