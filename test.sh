#!/usr/bin/env bash
# Everything that must be true before a change lands. Installs what it needs; safe to run again and again.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

# Debian packages, where they are missing and can be installed.
install_packages() {
  local missing=()
  has cc || missing+=(gcc libc6-dev)
  has git || missing+=(git)
  has shellcheck || missing+=(shellcheck)
  has systemd-analyze || missing+=(systemd)
  [ ${#missing[@]} -eq 0 ] && return
  has apt-get || { echo "please install: ${missing[*]}" >&2; exit 2; }
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq "${missing[@]}"
}

has cargo || { echo "please install Rust: https://rustup.rs" >&2; exit 2; }

# CI keeps its build directory outside the checkout, so that dependencies are built once per machine.
if [ -n "${CI:-}" ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
  export CARGO_TARGET_DIR="${XDG_CACHE_HOME:-$HOME/.cache}/exai/target"
fi
export INSTA_UPDATE=no

say "tools"
install_packages
has cargo-nextest || cargo install --locked cargo-nextest

say "format"
cargo fmt --all --check

say "scripts"
shellcheck -x test.sh install.sh .ci/run benches/bridges.sh dist/order.sh tests/conformance.sh tests/page.sh tests/clients.sh tests/clients/node.sh

say "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

cargo clippy -p exai-core --no-default-features --locked -- -D warnings
# What the fuzz targets reach is part of no other build.
cargo clippy -p exai-core --features fuzzing --locked -- -D warnings

say "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet

if has cargo-deny; then
  say "licences, bans and sources"
  cargo deny --all-features check bans licenses sources
fi

say "conformance"
tests/conformance.sh

say "the page"
tests/page.sh

say "tests"
cargo nextest run --workspace --locked --no-tests fail
