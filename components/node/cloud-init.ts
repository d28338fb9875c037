import { RunError } from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { NodeFile } from "./files.ts";
import type { PortRange } from "../model/services.ts";

/** Input of a node's user data. */
export interface CloudInitInput {
  /** OpenSSH private key: the throw-away host key, the one secret that user data may carry. */
  readonly firstContactPrivateKey: string;
  readonly firstContactPort: PortRange;
  /** Files that must be there before packages and SSH. */
  readonly files: readonly NodeFile[];
  /** Whether the packages of a server are installed from the first boot on. */
  readonly installsServer: boolean;
}

/** DigitalOcean's limit for user data. */
export const userDataLimitBytes = 64 * 1024;

/** Renders the user data of a node. Throws a `RunError` where it exceeds {@link userDataLimitBytes}. */
export function userData(input: CloudInitInput): string {
  const text = `#cloud-config\n${stringify(cloudConfig(input), { lineWidth: 0 })}`;
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > userDataLimitBytes) {
    const largest = input.files.toSorted((a, b) => b.content.length - a.content.length)[0];
    throw new RunError(
      `user data: ${sizeBytes} bytes are more than DigitalOcean's limit of ${userDataLimitBytes}. The largest file in it is ` +
        `components/files${largest?.path ?? ""}: take it out of the first boot's files in components/node/files.ts; all others travel by SSH.`,
    );
  }
  return text;
}

/** Builds the user data of a node as an object; pure. */
export function cloudConfig(input: CloudInitInput) {
  return {
    // The program logs in as root, by key, and needs no other account.
    disable_root: false,
    users: [],
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: ["ed25519"],
    // The node's Erlang name stands in /etc/hosts, and cloud-init would write that file anew at each boot.
    manage_etc_hosts: false,
    bootcmd: [firstContactService, holdUpdates],
    write_files: [...firstContactFiles(input), ...input.files].map(({ path, mode, owner, content }) => ({
      path,
      permissions: mode,
      owner,
      content,
    })),
    // What installs packages sees to their sources: cloud-init would ask the mirrors for their lists at once, also where the image
    // has all packages. The image's age decides how long an upgrade takes. unattended-upgrades brings security updates within a
    // day, and the packages of a node are installed at their newest.
    package_update: false,
    package_upgrade: false,
    package_reboot_if_required: false,
    runcmd: input.installsServer ? [headStart] : [],
  };
}

/** Where it comes to nothing, steps/10-packages goes on, so that cloud-init need not end with an error. */
const headStart = "/usr/local/lib/imera/install-packages --patience 60 || true";

/** Keeps Debian's own updates from apt's locks until steps/10-packages has installed everything. */
const holdUpdates = [
  "sh",
  "-c",
  "test -e /var/lib/imera/packages-installed || systemctl mask --runtime --now apt-daily.service apt-daily-upgrade.service",
];

const folder = "/etc/imera/first-contact";

/**
 * Starts the second SSH service once this boot's files and keys are written, at every boot until `imera-first-contact close`
 * has removed its folder. `--no-block`: the service waits for the stage that this command is part of. A path unit instead
 * would hang the boot: systemd-run waits for those all the same.
 */
const firstContactService = [
  "systemd-run",
  "--no-block",
  "--unit=imera-first-contact",
  "--property=After=cloud-init-network.service",
  `--property=ConditionPathExists=${folder}`,
  "--property=RuntimeDirectory=sshd",
  "--property=RuntimeDirectoryPreserve=yes",
  "/usr/sbin/sshd",
  "-D",
  "-f",
  `${folder}/sshd_config`,
];

function firstContactFiles(input: CloudInitInput): NodeFile[] {
  const file = { mode: "0600", owner: "root:root" };
  return [
    { ...file, path: `${folder}/host_key`, content: input.firstContactPrivateKey },
    { ...file, path: `${folder}/sshd_config`, content: firstContactSshd(input.firstContactPort.first) },
  ];
}

function firstContactSshd(port: number): string {
  return [
    `Port ${port}`,
    `HostKey ${folder}/host_key`,
    "ForceCommand /usr/local/sbin/imera-first-contact",
    "AuthenticationMethods publickey",
    "PermitRootLogin prohibit-password",
    "AllowUsers root",
    "DisableForwarding yes",
    "PermitTTY no",
    "PermitUserRC no",
    "MaxAuthTries 2",
    "LoginGraceTime 20",
    "PidFile none",
    "",
  ].join("\n");
}
