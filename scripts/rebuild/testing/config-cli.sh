#!/bin/sh
# `pulumi config`, `config set --plaintext` and `config rm` on a file of plain settings, which come last in it. For tests: the real
# CLI is built from source, for minutes.
set -eu

command="$2" name="" value="" file=""
shift 2
while [ $# -gt 0 ]; do
  case "$1" in
    --config-file) file="$2" && shift ;;
    --stack) shift ;;
    -*) ;;
    *) if [ -z "$name" ]; then name="$1"; else value="$1"; fi ;;
  esac
  shift
done

case "$command" in
  set | rm)
    sed -i "/^    $name: /d" "$file"
    if [ "$command" = set ]; then printf '    %s: %s\n' "$name" "$value" >>"$file"; fi
    ;;
  *)
    sed -n 's/^    \([^ ]*\): \(.*\)$/"\1": {"value": "\2", "secret": false}/p' "$file" | paste -sd, | sed 's/^/{/; s/$/}/'
    ;;
esac
