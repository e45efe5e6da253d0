#!/usr/bin/env bash
# Real clients of the Model Context Protocol against the product: the Python client over standard input and output and HTTP, and the
# Inspector. Where their registries can not be reached, and nothing is cached, it says so and checks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/clients/node.sh
. tests/clients/node.sh

# With the tests, so that what they were built with is used again.
[ -n "${EXAI_BINARIES:-}" ] || cargo build --workspace --bins --tests --locked --quiet
target="${EXAI_BINARIES:-${CARGO_TARGET_DIR:-$PWD/target}/debug}"
work=$(mktemp -d)
# shellcheck disable=SC2317 # the trap calls it
end() {
  if [ -n "${daemon:-}" ]; then kill "$daemon" 2>/dev/null || true; fi
  wait
  rm -rf "$work"
}
trap end EXIT

# A project, and a user whose daemon may read it.
mkdir -m 700 "$work/state"
mkdir -p "$work/home/.config/exai" "$work/project"

seq 1 12000 | sed "s/$/ the quick brown fox jumps over the lazy dog and on/" >"$work/project/big.txt"
touch "$work/home/.config/exai/config.toml"
user=(env -i "PATH=$PATH" "HOME=$work/home" "EXAI_STATE_DIR=$work/state" "EXAI_ROOTS=$work/project"
  EXAI_WS_PORT=0 MONITORING_PORT=0 HEALTH_CHECK_PORT=0 METRICS_PORT=0)
"${user[@]}" "$target/exai" daemon 2>"$work/daemon.log" &
daemon=$!
for _ in $(seq 300); do
  [ -s "$work/state/token" ] && grep -q '^main: ' "$work/daemon.log" && break
  sleep 0.1
done
address=$(sed -n 's/^main: ws:..//p' "$work/daemon.log")

python="$cache/python-mcp-2.3.0"
if [ ! -e "$python/.complete" ]; then
  rm -rf "$python"
  if ! { python3 -m venv "$python" && "$python/bin/pip" install --quiet mcp==2.3.0 && touch "$python/.complete"; }; then
    leave "the Python client" "Python with venv is missing, or its registry can not be reached."
  fi
fi
"${user[@]}" "$python/bin/python" tests/clients/python.py "$target/exai" "$work/state" "$address" "$work/project"

node_or_leave "the Inspector" "@modelcontextprotocol/inspector@2.12.0" mcp-inspector
# NAME EXPECTED ARGUMENTS…: the answer holds EXPECTED.
inspect() {
  local name="$1" expected="$2" said
  shift 2
  if ! said=$("${user[@]}" "PATH=$PATH" "$suite" --cli "$@" -q 2>&1) || [[ "$said" != *"$expected"* ]]; then
    printf 'inspector, %s: not as it should be:\n%s\n' "$name" "$(head -c 2000 <<<"$said")" >&2
    exit 1
  fi
}
for era in legacy modern; do
  for transport in stdio http; do
    place=("$target/exai" shim --root "$work/project")
    if [ "$transport" = http ]; then
      place=(--server-url "http://$address/mcp" --transport http --header "Authorization: Bearer $(cat "$work/state/token")" --stored-auth-only)
    fi
    place+=(--protocol-era "$era")
    inspect "$era $transport, schemas" '"codereview"' "${place[@]}" --method tools/list --strict
    inspect "$era $transport, call" 'hello' "${place[@]}" --method tools/call --tool-name chat \
      --tool-args-json '{"prompt":"hello","model":"mock:echo"}'
    inspect "$era $transport, prompts" 'it panics' "${place[@]}" --method prompts/get --prompt-name debug \
      --prompt-args "text=it panics"
    inspect "$era $transport, resources" 'exai://models' "${place[@]}" --method resources/list
    printf 'inspector, %s, %s: as it should be\n' "$transport" "$era"
  done
done
