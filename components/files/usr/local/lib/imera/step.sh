# shellcheck shell=bash
# What the steps of converge share. Each step is a program of its own: it makes one thing true, prints what it did on
# standard output in one line, and does nothing when it is true already.

set -euo pipefail
shopt -s inherit_errexit
umask 022

readonly facts_file=/etc/imera/node.json
readonly secrets_file=/etc/imera/secrets.json

# fact PATH: a value of node.json by jq path, such as .domain or .database.port. Fails when it is absent.
fact() {
  jq -er "$1 // empty" "$facts_file" || fail "node.json has no $1" "the program that delivers it is older or newer than this step" "run 'pulumi up' again"
}

# nullable_fact PATH: a value of node.json that may be null, which is given as an empty text.
nullable_fact() {
  jq -r "$1 // empty" "$facts_file"
}

is_drill() {
  [[ $(fact .purpose) == drill ]]
}

# secret NAME: one secret, to be read into a variable or a pipe, never onto a command line.
secret() {
  jq -er --arg name "$1" '.[$name] // empty' "$secrets_file" || fail "secret $1 is missing" "$secrets_file has no such entry" "run 'pulumi up' again: it delivers the secrets"
}

# say TEXT: the step's one line of outcome.
say() {
  printf '%s: %s\n' "$(basename "$0" | sed 's/^[0-9]*-//')" "$1"
}

# fail WHAT WHY TODO: ends the step.
fail() {
  local todo
  todo=$(with_whole_commands "$3")
  printf '%s: %s.\n  Why: %s.\n  What to do: %s.\n' "$(basename "$0" | sed 's/^[0-9]*-//')" "$1" "$2" "$todo" >&2
  exit 1
}

# with_whole_commands TEXT: completes commands in quotes, such as 'pulumi up', so that an operator can type them as they stand.
# Where node.json does not tell the stack, which may be what TEXT is about, its name is to be put in.
with_whole_commands() {
  local options whole
  options=$(jq -er '.stackOptions // empty' "$facts_file" 2>/dev/null) || options="--stack STACK"
  whole=$(sed -E "s/'pulumi ([a-z][^']*)'/'npm run pulumi -- \\1 --stack STACK'/g" <<<"$1")
  printf '%s\n' "${whole//--stack STACK/"$options"}"
}

# wait_until SECONDS WHAT COMMAND…: runs the command until it succeeds. Its last words are shown when the time is over.
wait_until() {
  local -r seconds=$1 what=$2
  shift 2
  local last_words
  local -r deadline=$((SECONDS + seconds))
  until last_words=$("$@" 2>&1); do
    if ((SECONDS >= deadline)); then
      fail "waited $seconds s in vain for $what" "${last_words:-the probe said nothing}" "see the log lines below, mend the cause, then run 'pulumi up' or $(dirname "$0")/../converge again"
    fi
    sleep 0.2
  done
}

# announce_restart: has the network's watchers give ejabberd a minute, before people are cut off by what this step does.
announce_restart() {
  "$(dirname "$0")/../announce-restart"
}

# enable_units UNIT…: has each start at boot. To be followed by 'systemctl daemon-reload', one for all. What is enabled is left alone:
# for a unit that has a SysV script beside it, doing it again takes a second.
enable_units() {
  local name
  for name in "$@"; do
    systemctl is-enabled --quiet "$name" 2>/dev/null || systemctl enable --quiet --no-reload "$name"
  done
}

# install_text PATH MODE OWNER:GROUP: makes the file hold standard input. Prints "changed" when that changed something.
install_text() {
  local -r path=$1 mode=$2 owner=$3
  local temporary
  temporary=$(mktemp "$(dirname "$path")/.imera-XXXXXX")
  # It may hold secrets, also where the disk was full after the first of them.
  if ! { cat >"$temporary" && chmod "$mode" "$temporary" && chown "$owner" "$temporary" && sync "$temporary"; }; then
    rm "$temporary"
    fail "$path could not be written" "see above" "make room on the disk and run 'pulumi up' again"
  fi
  if cmp -s "$temporary" "$path" && [[ $(stat -c '%a %U:%G' "$temporary") == "$(stat -c '%a %U:%G' "$path")" ]]; then
    rm "$temporary"
  else
    mv "$temporary" "$path"
    echo changed
  fi
}
