import { databaseFolder, dataMountPoint, uploadDirectory } from "../../../components/model/node-facts.ts";
import { type Fault, shellFault } from "./fault.ts";

type Shell = (command: string) => Promise<string>;

/** Faults of the machine and its services. */
export function machineFaults(shell: Shell, domain: string): readonly Fault[] {
  const certificate = `/etc/ejabberd/certs/${domain}.pem`;
  const selfSigned = `openssl req -x509 -newkey rsa:2048 -nodes -keyout /run/fault.key -out /run/fault.crt -days 90 -subj /CN=${domain} -addext subjectAltName=DNS:${domain} 2>/dev/null`;
  const drop = (family: string) =>
    `nft add table inet fault && nft 'add chain inet fault input { type filter hook input priority -200; }' && nft add rule inet fault input ${family} iifname != lo ct state new drop`;
  return [
    {
      name: "a database that is stopped",
      finds: "node-postgresql",
      break: "systemctl stop postgresql@17-main",
      mend: "systemctl start postgresql@17-main",
    },
    {
      name: "a server that is stopped",
      finds: "node-ejabberd",
      break: "systemctl stop ejabberd",
      mend: "systemctl start ejabberd",
    },
    {
      name: "a server that hangs",
      finds: "node-database",
      break: "systemctl kill --kill-whom all --signal STOP ejabberd",
      mend: "systemctl kill --kill-whom all --signal CONT ejabberd",
    },
    {
      name: "a certificate of nobody that clients know",
      finds: "certificate-untrusted",
      break: `${selfSigned} && cp -p ${certificate} /run/fault.pem && cat /run/fault.crt /run/fault.key >${certificate} && systemctl reload ejabberd`,
      mend: `cat /run/fault.pem >${certificate} && systemctl reload ejabberd && rm /run/fault.*`,
    },
    {
      name: "a machine that nothing reaches",
      finds: "machine-silent:xmpp1 IPv4",
      break: drop("meta nfproto { ipv4, ipv6 }"),
      mend: "nft delete table inet fault",
    },
    {
      name: "a machine without IPv6",
      finds: "machine-silent:xmpp1 IPv6",
      break: drop("meta nfproto ipv6"),
      mend: "nft delete table inet fault",
    },
    {
      name: "a program that listens for everyone",
      finds: "listener:8099/tcp",
      break: "systemd-run --quiet --unit fault-listener python3 -m http.server 8099",
      mend: "systemctl stop fault-listener",
    },
    {
      name: "a unit that failed",
      finds: "unit-failed:fault.service",
      break: "systemd-run --quiet --unit fault --wait false || true",
      mend: "systemctl reset-failed fault",
    },
    {
      name: "a timer that is stopped",
      finds: "unit-down:certbot.timer",
      severity: "warning",
      break: "systemctl stop certbot.timer",
      mend: "systemctl start certbot.timer",
    },
    {
      name: "a timer of Debian's that is masked",
      finds: "unit-disabled:apt-daily-upgrade.timer",
      severity: "warning",
      break: "systemctl mask --quiet apt-daily-upgrade.timer",
      mend: "systemctl unmask --quiet apt-daily-upgrade.timer",
    },
    {
      name: "a second wall that was emptied",
      finds: "wall",
      severity: "warning",
      break: "nft flush chain inet imera output",
      mend: "systemctl restart imera-wall",
    },
    {
      name: "a second wall that is stopped",
      finds: "unit-down:imera-wall.service",
      severity: "warning",
      break: "systemctl stop imera-wall",
      mend: "systemctl start imera-wall",
    },
    {
      name: "a name service that nobody answers for",
      finds: "name-service",
      break:
        "cp -P /etc/resolv.conf /run/fault.resolv && rm /etc/resolv.conf && echo nameserver 192.0.2.1 >/etc/resolv.conf",
      mend: "rm /etc/resolv.conf && cp -P /run/fault.resolv /etc/resolv.conf && rm /run/fault.resolv",
    },
    {
      name: "a reboot that is due",
      finds: "reboot",
      severity: "warning",
      break: "touch /run/reboot-required",
      mend: "rm /run/reboot-required",
    },
    {
      name: "another time zone",
      finds: "time-zone",
      severity: "warning",
      break: "ln -snf /usr/share/zoneinfo/Europe/Berlin /etc/localtime",
      mend: "timedatectl set-timezone UTC || ln -snf /usr/share/zoneinfo/UTC /etc/localtime",
    },
    {
      name: "a volume that is nearly full",
      finds: "node-disk",
      severity: "warning",
      break: `fallocate --length $(( $(df --output=avail -B1 ${dataMountPoint} | tail -n 1) - 300000000 )) ${dataMountPoint}/fault`,
      mend: `rm ${dataMountPoint}/fault`,
    },
    {
      name: "backups that are late",
      finds: "node-backup",
      severity: "warning",
      break: statusWith('.lastGoodAt = "2026-01-01T00:00:00Z"'),
      mend: "mv /var/lib/imera/backup/fault.json /var/lib/imera/backup/status.json",
    },
    {
      name: "a segment of the log that waits",
      finds: "node-wal-archive",
      severity: "warning",
      break: `touch --date '1 hour ago' ${databaseFolder}/pg_wal/archive_status/fault.ready`,
      mend: `rm ${databaseFolder}/pg_wal/archive_status/fault.ready`,
    },
    {
      name: "a file that somebody changed",
      finds: "drift:/etc/apt/apt.conf.d/91-imera-upgrades",
      break: "echo '// a change by hand' >>/etc/apt/apt.conf.d/91-imera-upgrades",
      mend: "sed --in-place '$ d' /etc/apt/apt.conf.d/91-imera-upgrades",
    },
    {
      name: "a file that somebody deleted",
      finds: "drift:/etc/systemd/journald.conf.d/50-imera.conf",
      break: "mv /etc/systemd/journald.conf.d/50-imera.conf /run/fault.conf",
      mend: "mv /run/fault.conf /etc/systemd/journald.conf.d/50-imera.conf",
    },
    {
      name: "keys for SSH that are gone",
      finds: "ssh",
      break: "mv /root/.ssh/authorized_keys /run/fault.keys",
      mend: "mv /run/fault.keys /root/.ssh/authorized_keys",
    },
    {
      name: "uploads that the server cannot write",
      finds: "upload",
      break: `chmod 0000 ${uploadDirectory}`,
      mend: `chmod 0750 ${uploadDirectory}`,
    },
  ].map((fault) => shellFault(shell, fault as Parameters<typeof shellFault>[1]));
}

function statusWith(change: string): string {
  return `cd /var/lib/imera/backup && cp status.json fault.json && jq '${change}' fault.json >status.json`;
}

/** Faults of the server's modules and accounts, while it runs. */
export function serverFaults(shell: Shell, domain: string): readonly Fault[] {
  const call =
    'import sys; sys.path.insert(0, "/usr/local/lib/imera"); from node import ejabberd; print(ejabberd.erl_call(sys.argv[1] + "\\n"))';
  const erlang = (expression: string) => `python3 -B -c '${call}' '${expression}'`;
  const host = `<<"${domain}">>`;
  const stopped = (module: string, finds: string, severity?: "warning") => ({
    name: `a server without ${module}`,
    finds,
    severity,
    break: erlang(`gen_mod:stop_module(${host}, ${module}).`),
    mend: erlang(`gen_mod:start_module(${host}, ${module}).`),
  });
  const sql = (statement: string) =>
    `cd / && runuser -u postgres -- psql --quiet --dbname ejabberd --command "${statement}"`;
  const columns = "username, server_host, type, password, serverkey, salt, iterationcount";
  const values = "'fault', server_host, type, password, serverkey, salt, iterationcount";
  return [
    stopped("mod_host_meta", "host-meta"),
    stopped("mod_stun_disco", "relay-not-offered"),
    {
      name: "a server that names nobody for complaints",
      finds: "abuse-contact",
      severity: "warning" as const,
      break: erlang(`gen_mod:stop_module(${host}, mod_disco).`),
      mend: erlang(`gen_mod:start_module(${host}, mod_disco).`),
    },
    {
      name: "a process of the server's that falls behind",
      finds: "queue:fault",
      break: erlang(
        "P = spawn(fun() -> timer:sleep(infinity) end), register(fault, P), [P ! X || X <- lists:seq(1, 2000)], ok.",
      ),
      mend: erlang("exit(whereis(fault), kill)."),
    },
    {
      name: "an account whose password has one form",
      finds: "password-types",
      severity: "warning" as const,
      break: sql(`INSERT INTO users (${columns}) SELECT ${values} FROM users WHERE username = 'admin' AND type = 2`),
      mend: sql("DELETE FROM users WHERE username = 'fault'"),
    },
  ].map((fault) => shellFault(shell, fault as Parameters<typeof shellFault>[1]));
}
