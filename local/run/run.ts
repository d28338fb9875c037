import { join } from "node:path";

import { type AddressPlan, addressPlan } from "./address-plan.ts";

/** Names, addresses and files of one run of the local cloud. Everything follows from its number. */
export interface Run {
  readonly number: number;
  /** Name of its network namespace, of the host's end of its veth pair and of its nftables table: `imera<number>`. */
  readonly name: string;
  readonly addresses: AddressPlan;
  /** Folder of everything the run keeps, mode 0700: `/var/lib/imera/<number>`. */
  readonly folder: string;
  readonly files: RunFiles;
}

/** Absolute paths, inside {@link Run.folder} unless told otherwise. */
export interface RunFiles {
  /** State of both APIs. */
  readonly store: string;
  /** Folder of the volumes' sparse files, named by volume id. */
  readonly volumes: string;
  /** Folder of the object store's buckets. */
  readonly objects: string;
  /** Folder of the buckets at another provider. */
  readonly otherObjects: string;
  /** Certificate and private key of the object stores. */
  readonly objectsTls: string;
  /** `INCUS_DIR` of the run's own engine. */
  readonly incus: string;
  readonly incusLog: string;
  readonly incusPid: string;
  readonly daemonLog: string;
  readonly daemonPid: string;
  /** Settings that the daemon is started with: {@link DaemonSettings} as JSON. */
  readonly daemonSettings: string;
  /** Lock of the run: pid file of the process that changes it. Beside the folder, which may go while the lock is held. */
  readonly upPid: string;
  /** Folder of the certificate authorities that droplets trust, one PEM file each. */
  readonly trust: string;
  /** All of {@link trust} in one file, for clients on this machine. */
  readonly caBundle: string;
  /** Folder of the local certificate authority with its private key. */
  readonly localCa: string;
  /** Folder of the stack: backend, passphrase, configuration, outputs. */
  readonly stack: string;
  /** Folder with one file for each account's password. */
  readonly passwords: string;
}

/** Absolute path of the folder that holds the folders of all runs of this machine, by number. */
export const runsFolder = "/var/lib/imera";

/** The run number `number`; throws a RangeError unless it is an integer from 1 to 254. */
export function runNumbered(number: number): Run {
  const folder = join(runsFolder, String(number));
  const inside = (name: string) => join(folder, name);
  return {
    number,
    name: `imera${number}`,
    addresses: addressPlan(number),
    folder,
    files: {
      store: inside("cloud.json"),
      volumes: inside("volumes"),
      objects: inside("object-store"),
      otherObjects: inside("other-provider"),
      objectsTls: inside("object-stores-tls.json"),
      incus: inside("incus"),
      incusLog: inside("incusd.log"),
      incusPid: inside("incusd.pid"),
      daemonLog: inside("cloud.log"),
      daemonPid: inside("cloud.pid"),
      daemonSettings: inside("cloud-settings.json"),
      upPid: `${folder}.up.pid`,
      trust: inside("trust"),
      caBundle: inside("ca-bundle.pem"),
      localCa: inside("local-ca"),
      stack: inside("stack"),
      passwords: inside("passwords"),
    },
  };
}
