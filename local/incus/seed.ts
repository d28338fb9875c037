import { stringify } from "yaml";

/** Writes cloud-init's meta-data: instance id, host name, region, and the keys that may log in as root. */
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
