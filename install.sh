#!/usr/bin/env bash
# Installs exai, or removes it. Usage: ./install.sh --from-source|--uninstall [--dir DIRECTORY]
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: ./install.sh --from-source|--uninstall [--dir DIRECTORY]

  --from-source    build this checkout with cargo, install the binary, and its pages of the manual beside it
                   (DIRECTORY/../share/man/man1, where man looks for them when DIRECTORY is on your PATH)
  --uninstall      remove what was installed; calls, conversations and settings stay
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
uninstall=false
dir=""
while [ $# -gt 0 ]; do
  case "$1" in
    --from-source) from_source=true ;;
    --uninstall) uninstall=true ;;
    --dir) shift; dir="${1:-}"; [ -n "$dir" ] || fail "--dir needs a directory" ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option: $1" ;;
  esac
  shift
done

if [ -z "$dir" ]; then
  dir="${CARGO_HOME:-$HOME/.cargo}/bin"
  on_path "$dir" || dir="$HOME/.local/bin"
fi
# Seen from where the caller is.
case "$dir" in /*) ;; *) dir="$PWD/$dir" ;; esac
man="$(dirname "$dir")/share/man/man1"

cd "$(dirname "$0")"

if $uninstall; then
  [ -e "$dir/exai" ] || fail "there is no $dir/exai" "name its directory with --dir"
  rm -f "$dir/exai"
  # Those that this checkout has: pages of others may begin with exai- too.
  for page in dist/man/*.1; do rm -f "$man/${page##*/}"; done
  echo "removed $dir/exai and its pages of the manual" >&2
  exit 0
fi

$from_source || { usage >&2; fail "there are no prebuilt binaries yet" "use --from-source"; }
command -v cargo >/dev/null || fail "cargo is not on your PATH" "install Rust: https://rustup.rs"
command -v cc >/dev/null || fail "a C compiler is needed for SQLite" "on Debian: apt-get install gcc libc6-dev"

cargo build --release --locked --bin exai
target="$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')"
mkdir -p "$dir"
# Installed beside and then moved, so that a running exai is not overwritten.
install -m 755 "$target/release/exai" "$dir/.exai.new"
mv "$dir/.exai.new" "$dir/exai"
mkdir -p "$man" && install -m 644 dist/man/*.1 "$man" ||
  echo "note: the pages of the manual could not be put into $man" >&2

echo "installed $("$dir/exai" --version) as $dir/exai" >&2
on_path "$dir" || echo "note: $dir is not on your PATH; add it, or call $dir/exai" >&2
