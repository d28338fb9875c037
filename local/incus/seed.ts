import { stringify } from "yaml";

/** cloud-init's meta-data: who the machine is, and the keys that may log in as root. */
export function renderMetaData(machine: {
  readonly id: number | string;
  readonly name: string;
  readonly region?: string;
  readonly sshPublicKeys: readonly string[];
}): string {
  return stringify({
    "instance-id": String(machine.id),
    "local-hostname": machine.name,
    ...(machine.region === undefined ? {} : { region: machine.region }),
    "public-keys": machine.sshPublicKeys,
  });
}
