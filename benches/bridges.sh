#!/usr/bin/env bash
# Installs the bridges that `cargo bench --bench daemon -- bridges` measures, each at one version, outside of the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/clients/node.sh
. tests/clients/node.sh

bridges="${EXAI_CACHE:-$cache}/bridges"

# DIRECTORY PACKAGES: the bridge, and the library that it speaks the protocol with.
# shellcheck disable=SC2317 # it is called by its name
python_packages() {
  local packages
  read -ra packages <<<"$2"
  python3 -m venv "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check --retries 1 "${packages[@]}"
}

missing=0
# DIRECTORY HOW PACKAGES NEEDS. The benchmark knows the directories.
bridge() {
  if install_once "$bridges/$1" "$2" "$3"; then
    printf '%s: %s\n' "$3" "$bridges/$1"
  else
    printf '%s is not there: %s is missing, or the registry can not be reached\n' "$1" "$4" >&2
    missing=1
  fi
}
bridge mcp-proxy@0.13.0 python_packages "mcp-proxy==0.13.0 mcp==1.30.0" "Python with venv"
bridge supergateway@4.0.0 npm_package supergateway@4.0.0 npm
exit "$missing"
