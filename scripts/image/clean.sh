#!/usr/bin/env bash
# Takes from a machine, as root, all that is its own, so that many can be made of its disk. The machine is to be shut down next.
set -euo pipefail
shopt -s nullglob dotglob

main() {
  quieten
  imera-first-contact close
  # The list of what `imera-apply` brought stays: the next bundle removes what it has not.
  find /var/lib/imera -mindepth 1 -not -name applied.json -delete
  rm -rf /etc/imera /root/.ssh /root/.*_history /home/*/.ssh
  # The key of Debian's own certificate would be one for all nodes. Nothing here uses it, and PostgreSQL does without.
  rm -f /etc/ssh/ssh_host_* /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem
  rm -rf /var/lib/ejabberd/{*,.erlang.cookie} /etc/ejabberd/*.pem /etc/postgresql/*/* /var/lib/postgresql/*/*
  rm -rf /etc/letsencrypt/{accounts,archive,csr,keys,live,renewal} /var/lib/letsencrypt/*
  rm -rf /var/lib/{dhcp,dhcpcd,NetworkManager}/* /var/lib/systemd/{random-seed,credential.secret,timers/*,timesync/*}
  usermod --password '*' root
  apt-get clean
  cloud-init clean --logs --seed --configs all
  echo localhost >/etc/hostname
  forget_names
  rm -rf /tmp/* /var/tmp/*
  find /var/log -type f -delete
  # Empty, not "uninitialized": that would make systemd take the next boot for the first and enable every unit.
  : >/etc/machine-id
  sync
}

# Whatever would write again: the journal, the seed that is saved at shutdown, Debian's own updates.
quieten() {
  systemctl stop apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service
  systemctl stop systemd-timesyncd.service systemd-random-seed.service
  systemctl stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald.service
}

# Lines of /etc/hosts that name this machine; the next one has another name.
forget_names() {
  local name
  name=$(hostname)
  sed --in-place "/[[:space:]]${name//./\\.}\\([[:space:].]\\|\$\\)/d" /etc/hosts
}

main
