#!/usr/bin/env bash
# Installs exai. Usage: ./install.sh --from-source [--dir DIRECTORY]
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: ./install.sh --from-source [--dir DIRECTORY]

  --from-source    build this checkout with cargo and install the binary
  --dir DIRECTORY  where the binary goes (default: where cargo installs programs when that is on your PATH,
                   else ~/.local/bin)
TEXT
}

fail() {
  echo "install.sh: $1" >&2
  [ $# -lt 2 ] || echo "hint: $2" >&2
  exit 2
}

on_path() { case ":$PATH:" in *":$1:"*) true ;; *) false ;; esac; }

from_source=false
dir=""
while [ $# -gt 0 ]; do
  case "$1" in
    --from-source) from_source=true ;;
    --dir) shift; dir="${1:-}"; [ -n "$dir" ] || fail "--dir needs a directory" ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option: $1" ;;
  esac
  shift
done

$from_source || { usage >&2; fail "there are no prebuilt binaries yet" "use --from-source"; }
command -v cargo >/dev/null || fail "cargo is not on your PATH" "install Rust: https://rustup.rs"
command -v cc >/dev/null || fail "a C compiler is needed for SQLite" "on Debian: apt-get install gcc libc6-dev"

cd "$(dirname "$0")"
if [ -z "$dir" ]; then
  dir="${CARGO_HOME:-$HOME/.cargo}/bin"
  on_path "$dir" || dir="$HOME/.local/bin"
fi

cargo build --release --locked --bin exai
target="$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')"
mkdir -p "$dir"
# Installed beside and then moved, so that a running exai is not overwritten.
install -m 755 "$target/release/exai" "$dir/.exai.new"
mv "$dir/.exai.new" "$dir/exai"

echo "installed $("$dir/exai" --version) as $dir/exai" >&2
on_path "$dir" || echo "note: $dir is not on your PATH; add it, or call $dir/exai" >&2
