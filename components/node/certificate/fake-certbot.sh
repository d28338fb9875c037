#!/bin/sh
# certbot as the node's programs need it: accounts, lineages, and a lineage of another name where files of the usual one are in
# the way. Its proof of the domain is left out. The test sets ROOT and ISSUE; with the words in
# ROOT/refuse everything fails, with those in ROOT/refuse-once the next order.
set -e
config=$ROOT/etc/letsencrypt
command=$1
shift
while [ $# -gt 0 ]; do
  case $1 in
    --server) server=$2 ;;
    --cert-name) name=$2 ;;
    --domains) domains=$(echo "$2" | tr , ' ') ;;
  esac
  shift
done
if [ -e "$ROOT/refuse" ]; then
  cat "$ROOT/refuse"
  exit 1
fi
if [ "$command" = certonly ] && [ -e "$ROOT/refuse-once" ]; then
  cat "$ROOT/refuse-once"
  rm "$ROOT/refuse-once"
  exit 1
fi
[ "$command" != revoke ] || exit 0
accounts=$config/accounts/${server#*://}
if [ -z "$(ls "$accounts" 2>/dev/null)" ]; then
  account=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
  mkdir -p "$accounts/$account"
  echo '{"creation_dt": "2026-11-26T12:00:00Z"}' >"$accounts/$account/meta.json"
  echo '{"kty": "RSA"}' >"$accounts/$account/private_key.json"
  echo '{"uri": "https://ca.example/1"}' >"$accounts/$account/regr.json"
fi
for folder in "$accounts"/*; do account=${folder##*/}; done
[ "$command" = certonly ] || exit 0
usual=$name number=0
while { [ -e "$config/archive/$name" ] || [ -e "$config/live/$name" ]; } && ! grep -q ^fullchain "$config/renewal/$name.conf"; do
  number=$((number + 1))
  name=$usual-000$number
done
mkdir -p "$config/archive/$name" "$config/live/$name" "$config/renewal"
issue=1
while [ -e "$config/archive/$name/cert$issue.pem" ]; do issue=$((issue + 1)); done
new=$(mktemp -d)
# shellcheck disable=SC2086,SC2153 # several names; the test's own
sh "$ISSUE" "$new" 90 $domains
cat "$new/cert.pem" "$new/chain.pem" >"$new/fullchain.pem"
for kind in cert privkey chain fullchain; do
  mv "$new/$kind.pem" "$config/archive/$name/$kind$issue.pem"
  ln -sfn "../../archive/$name/$kind$issue.pem" "$config/live/$name/$kind.pem"
done
rmdir "$new"
{
  echo "archive_dir = $config/archive/$name"
  for kind in cert privkey chain fullchain; do echo "$kind = $config/live/$name/$kind.pem"; done
  printf '[renewalparams]\naccount = %s\nauthenticator = dns-cloudflare\nserver = %s\n' "$account" "$server"
} >"$config/renewal/$name.conf"
