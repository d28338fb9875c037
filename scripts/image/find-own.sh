#!/usr/bin/env bash
# Lists, as root, what a machine still has of its own after clean.sh, one path a line. Nothing: an image may be made of it.
set -euo pipefail
shopt -s nullglob dotglob

readonly own=(
  /etc/imera /root/.ssh /root/.*_history /home/*/.ssh
  /etc/ssh/ssh_host_* /etc/ssl/private/*.key
  /etc/ejabberd/*.pem /var/lib/ejabberd/.erlang.cookie
  /etc/postgresql/*/* /var/lib/postgresql/*/*
  /etc/letsencrypt/accounts/* /etc/letsencrypt/archive/* /etc/letsencrypt/live/*
  /var/lib/cloud/{data,handlers,instance,instances,scripts,sem,seed}
  /var/lib/{dhcp,dhcpcd,NetworkManager}/*
  /var/lib/systemd/{random-seed,credential.secret}
  /var/log/journal/*/* /var/log/cloud-init*
)
# Where something that nobody thought of may lie.
readonly searched=(/etc /home /opt /root /srv /usr/local /var/lib /var/spool)

main() {
  local path
  for path in "${own[@]}"; do
    # A pattern without braces and stars stays as it is where nothing is there.
    if [[ -e $path ]]; then echo "$path"; fi
  done
  if [[ -s /etc/machine-id ]]; then echo "/etc/machine-id: not empty"; fi
  if [[ -f /var/lib/dbus/machine-id && ! -L /var/lib/dbus/machine-id ]]; then echo /var/lib/dbus/machine-id; fi
  awk -F : '$2 ~ /^\$/ { print "/etc/shadow: a password of " $1 }' /etc/shadow
  holding --extended-regexp -e '-----BEGIN [A-Z ]*PRIVATE KEY-----(\\n|$)' | sed 's/$/: a private key/'
  holding --fixed-strings --word-regexp "${names[@]}" | sed 's/$/: this machine'"'"'s name or address/'
}

mapfile -t names < <({ hostname; hostname --all-ip-addresses | tr ' ' '\n'; } | sed '/^$/d; s/^/--regexp=/')

holding() {
  grep --recursive --files-with-matches --binary-files=without-match --devices=skip "$@" "${searched[@]}" || (($? == 1))
}

main
