#!/usr/bin/env bash
# Real clients of the Model Context Protocol against the product: the Python client over standard input and output and HTTP, and the
# Inspector. Where their registries can not be reached, and nothing is cached, it says so and does not check that.
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
  end_all
  rm -rf "$work"
}
trap end EXIT

# A project, and a user whose daemon may read it.
mkdir -m 700 "$work/state"
mkdir -p "$work/home/.config/exai" "$work/project"

seq 1 12000 | sed "s/$/ the quick brown fox jumps over the lazy dog and on/" >"$work/project/big.txt"
touch "$work/home/.config/exai/config.toml"
settings=("EXAI_STATE_DIR=$work/state" "EXAI_ROOTS=$work/project" EXAI_WS_PORT=0 MONITORING_PORT=0 HEALTH_CHECK_PORT=0 METRICS_PORT=0)
user=(env -i "PATH=$PATH" "HOME=$work/home" "${settings[@]}")
# shellcheck disable=SC2317 # it is called by its name
product() {
  exec "${user[@]}" "$target/exai" daemon 2>&1
}
serve "$work/daemon.log" product
address="${first#main: ws://}"

# DIRECTORY PACKAGE==VERSION
# shellcheck disable=SC2317 # it is called by its name
python_package() {
  python3 -m venv "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check --retries 1 "$2"
}
python="$cache/python-mcp-2.3.0"
if install_once "$python" python_package mcp==2.3.0; then
  "${user[@]}" "$python/bin/python" tests/clients/python.py "$target/exai" "$work/state" "$address" "$work/project"
else
  not_checked "the Python client" "Python with venv is missing, or its registry can not be reached."
fi

has_node_and "the Inspector" "@modelcontextprotocol/inspector@2.12.0" mcp-inspector || exit 0
# The Inspector hands its own environment on only as far as it is told.
told=()
for setting in "${settings[@]}"; do told+=(-e "$setting"); done

# NAME EXPECTED ARGUMENTS…: it ends well, and says EXPECTED.
inspect() {
  local name="$1" expected="$2" said status=0
  shift 2
  said=$(ask "$@") || status=$?
  if [ "$status" -ne "${fails:-0}" ] || [[ "$said" != *"$expected"* ]]; then
    printf 'inspector, %s: not as it should be, status %s:\n%s\n' "$name" "$status" "$(head -c 2000 <<<"$said")" >&2
    exit 1
  fi
}
# The same, for what the Inspector calls a failure.
inspect_failure() {
  fails=5 inspect "$@"
}
ask() {
  "${user[@]}" "PATH=$PATH" "$suite" --cli "$@" -q 2>&1
}
for era in legacy modern; do
  for transport in stdio http; do
    place=("$target/exai" shim --root "$work/project" "${told[@]}")
    if [ "$transport" = http ]; then
      place=(--server-url "http://$address/mcp" --transport http --header "Authorization: Bearer $(cat "$work/state/token")" --stored-auth-only)
    fi
    place+=(--protocol-era "$era")
    inspect "$era $transport, schemas" '"codereview"' "${place[@]}" --method tools/list --strict
    inspect "$era $transport, call" 'hello' "${place[@]}" --method tools/call --tool-name chat \
      --tool-args-json '{"prompt":"hello","model":"mock:echo"}'
    inspect "$era $transport, long answer" 'exai://call/' "${place[@]}" --method tools/call --tool-name chat \
      --tool-args-json "{\"prompt\":\"repeat the file\",\"model\":\"mock:echo\",\"files\":[\"$work/project/big.txt\"]}"
    inspect "$era $transport, many calls" '"ok": 60' "${place[@]}" --method tools/call --tool-name version \
      --tool-args-json '{}' --load --load-requests 60 --load-concurrency 8
    inspect_failure "$era $transport, unknown tool" 'chatt' "${place[@]}" --method tools/call --tool-name chatt --tool-args-json '{}'
    inspect_failure "$era $transport, bad arguments" 'is missing' "${place[@]}" --method tools/call --tool-name chat \
      --tool-args-json '{}'
    inspect "$era $transport, prompts" 'it panics' "${place[@]}" --method prompts/get --prompt-name debug \
      --prompt-args "text=it panics"
    inspect "$era $transport, resources" 'exai://models' "${place[@]}" --method resources/list
    inspect "$era $transport, a resource" 'glm-5' "${place[@]}" --method resources/read --uri exai://models
    printf 'inspector, %s, %s: as it should be\n' "$transport" "$era"
  done
done

# Who came over standard input found the daemon that was there, and started none of its own.
if [ -n "$(find "$work/home" -name daemon.lock)" ]; then
  printf 'a shim started a daemon of its own:\n%s\n' "$(find "$work/home" -name 'daemon.*')" >&2
  exit 1
fi
