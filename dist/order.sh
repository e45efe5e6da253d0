#!/usr/bin/env bash
# Writes order.ld: the functions that a shim runs from its start to a few calls, by their names without the hashes that each
# compiler, version and dependency changes. Run it when the row of its memory in docs/performance.md has grown. Needs valgrind.
# EXAI_BINARIES=DIR uses what is built there, with its symbols.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${EXAI_BINARIES:-}" ] || cargo rustc --release --locked --bin exai -- -C strip=none
program=$(realpath "${EXAI_BINARIES:-${CARGO_TARGET_DIR:-target}/release}/exai")

home=$(mktemp -d)
# shellcheck disable=SC2317 # the trap calls it
end() {
  kill "$daemon"
  wait "$daemon" || true
  rm -rf "$home"
}
settings=(env -i "PATH=$PATH" "HOME=$home" "EXAI_STATE_DIR=$home/state" EXAI_WS_TOKEN=a-token-that-nobody-has)
"${settings[@]}" "$program" daemon --set daemon.port=0 2>"$home/said" &
daemon=$!
trap end EXIT
until grep -q '"address"' "$home/state/daemon.lock" 2>/dev/null; do
  kill -0 "$daemon" || { cat "$home/said" >&2; exit 1; }
  sleep 0.1
done

mkfifo "$home/asked" "$home/answered"
# ID METHOD PARAMETERS: each waits for the answer to the one before it.
ask() {
  local answer=
  printf '{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}\n' "$1" "$2" "$3" >&3
  until [[ $answer == *'"id":'"$1,"* ]]; do IFS= read -r answer <&4; done
}
# An agent whose files are in DIRECTORY.
agent() {
  (cd "$1" && exec "${settings[@]}" valgrind --tool=callgrind --dump-instr=yes --compress-pos=no --compress-strings=no \
    --callgrind-out-file="$home/trace.%p" "$program" shim --no-autostart) <"$home/asked" >"$home/answered" 2>/dev/null &
  local shim=$!
  exec 3>"$home/asked" 4<"$home/answered"
  ask 1 initialize '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"order","version":"1"}}'
  printf '{"jsonrpc":"2.0","method":"notifications/initialized"}\n' >&3
  ask 2 tools/list '{}'
  ask 3 prompts/list '{}'
  ask 4 tools/call '{"name":"version","arguments":{}}'
  ask 5 tools/call '{"name":"chat","arguments":{"prompt":"hello","model":"mock:echo"},"_meta":{"progressToken":"p"}}'
  exec 3>&- 4<&-
  wait "$shim"
}
agent "$PWD"
# Whose files can not be read: it is warned.
agent "$home"

# The functions in which these instructions are. Callgrind's own names leave out what is jumped to.
executed() {
  {
    nm --defined-only "$program" | awk '$2 ~ /^[tTwW]$/ { print $1, "name", $3 }'
    awk '/^ob=/ { own = /\/exai$/ } own && /^0x/ { print substr("0000000000000000", length($1) - 1) substr($1, 3), "ran" }' "$home"/trace.*
  } | LC_ALL=C sort -u | awk '$2 == "name" { name = $3 } $2 == "ran" { print name }' | uniq
}
{
  printf 'SECTIONS\n{\n  .text.shim :\n  {\n'
  executed | grep -E '^(_ZN|_R)' | sed -E 's/17h[0-9a-f]{16}E.*/17h*/; s/Cs[0-9A-Za-z]+_/Cs*_/g; s/.*/    *(.text.&)/' |
    LC_ALL=C sort -u
  printf '  }\n}\nINSERT BEFORE .text;\n'
} >dist/order.ld
