/**
 * Hypervisor of the local DigitalOcean API: real machines, block devices, addresses and packet filters. The API owns all
 * state (ids, names, addresses, who may reach whom) and tells the hypervisor what to make true; the hypervisor keeps none of
 * its own. Every call is idempotent: after a restart the API replays its state.
 */
export interface Hypervisor {
  /** Creates and boots a droplet; resolves when its init has been started, not when cloud-init is done. */
  createDroplet(droplet: DropletSpec): Promise<void>;
  /** Removes a droplet and its root disk. Attached volumes stay. Resolves if there is none. */
  destroyDroplet(dropletId: number): Promise<void>;
  /** Starts, stops (`shutdown` asks the init, `powerOff` pulls the plug) or reboots a droplet. */
  setPower(dropletId: number, change: PowerChange): Promise<void>;
  /** Resolves to `on` when the droplet's init runs. */
  powerState(dropletId: number): Promise<"on" | "off">;
  /** Measures a droplet that runs, as an agent on it would; undefined where it does not answer. */
  usage(dropletId: number): Promise<DropletUsage | undefined>;
  /** Gives a running or stopped droplet other limits; they hold from its next boot. */
  resizeDroplet(dropletId: number, size: { vcpus: number; memoryMiB: number; diskGiB: number }): Promise<void>;
  /** Copies the root disk of a droplet that is off; droplets can be made from the copy under `image`. */
  snapshotDroplet(dropletId: number, image: string): Promise<void>;
  /** Deletes what {@link Hypervisor.snapshotDroplet} made. Droplets made from it stay. Resolves if there is none. */
  deleteSnapshot(image: string): Promise<void>;
  /** Sets the host name that the platform reports; the droplet's own /etc/hostname is its owner's business. */
  renameDroplet(dropletId: number, name: string): Promise<void>;

  /** Creates a blank volume, formatted when `filesystem` is given. */
  createVolume(volume: VolumeSpec): Promise<void>;
  /** Grows a volume; the block device in the droplet grows at once. */
  resizeVolume(volumeId: string, sizeGiB: number): Promise<void>;
  /** Deletes a volume and its data. Resolves if there is none. */
  deleteVolume(volumeId: string): Promise<void>;
  /** Makes the volume appear in the droplet as `/dev/disk/by-id/scsi-0DO_Volume_<name>`. */
  attachVolume(volumeId: string, dropletId: number): Promise<void>;
  /** Takes the volume out of the droplet. Its data stay. */
  detachVolume(volumeId: string, dropletId: number): Promise<void>;

  /**
   * Replaces the whole packet filter, in one transaction. A droplet that no entry names is open in both directions, as at
   * DigitalOcean; one that an entry names is closed but for that entry's rules.
   */
  applyFirewalls(filters: readonly DropletFilter[]): Promise<void>;
  /** Replaces the whole table of reserved IPs. One without a droplet answers nothing. */
  applyReservedIps(assignments: readonly ReservedIpAssignment[]): Promise<void>;
}

/** Change of a droplet's power: `shutdown` and `reboot` ask its init, `powerOff` and `powerCycle` do not. */
export type PowerChange = "on" | "powerOff" | "shutdown" | "reboot" | "powerCycle";

/** Use of a droplet's memory and root disk, in per cent. */
export interface DropletUsage {
  readonly memoryPercent: number;
  readonly diskPercent: number;
}

/** Everything that a hypervisor needs to make a droplet. */
export interface DropletSpec {
  readonly id: number;
  /** Host name, also the instance's name in the metadata. */
  readonly name: string;
  /** Slug of the image, for example `debian-13-x64`, or a snapshot's id. */
  readonly image: string;
  readonly region: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  /** cloud-init user data, as given. */
  readonly userData?: string;
  /** Public keys in OpenSSH's format, for root. */
  readonly sshPublicKeys: readonly string[];
  readonly network: DropletNetwork;
  /** Volumes that are there from the first boot on. */
  readonly volumeIds: readonly string[];
}

/** Addresses of a droplet, and its VPC. */
export interface DropletNetwork {
  readonly publicIpv4: string;
  /** Left out with IPv6 off. */
  readonly publicIpv6?: string;
  readonly vpc: { readonly id: string; readonly ipv4: string; readonly ipv4Cidr: string };
}

/** Everything that a hypervisor needs to make a volume. */
export interface VolumeSpec {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly filesystem?: { readonly type: "ext4" | "xfs"; readonly label: string };
}

/** Packet filter of one droplet, in both directions: the union of all firewalls that apply to it. */
export interface DropletFilter {
  readonly dropletId: number;
  readonly network: DropletNetwork;
  readonly inbound: readonly FilterRule[];
  readonly outbound: readonly FilterRule[];
}

/** Traffic that a packet filter lets through. */
export interface FilterRule {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Inclusive; absent for icmp and for "all ports". */
  readonly ports?: { readonly first: number; readonly last: number };
  /** The other side, IPv4 and IPv6, already resolved from tags and droplet ids. Never empty. */
  readonly peerCidrs: readonly string[];
}

/** A reserved IP and the droplet that its traffic goes to, if any. */
export interface ReservedIpAssignment {
  readonly ipv4: string;
  readonly droplet?: { readonly id: number; readonly publicIpv4: string };
}
