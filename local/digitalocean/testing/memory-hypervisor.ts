import type {
  DropletFilter,
  DropletSpec,
  DropletUsage,
  Hypervisor,
  ReservedIpAssignment,
  VolumeSpec,
} from "../hypervisor.ts";

/** A hypervisor that only remembers what it was told. */
export interface MemoryHypervisor extends Hypervisor {
  readonly droplets: Map<number, DropletSpec & { power: "on" | "off" }>;
  readonly volumes: Map<string, VolumeSpec & { dropletId?: number }>;
  filters: readonly DropletFilter[];
  reservedIps: readonly ReservedIpAssignment[];
  /** Use of each droplet, by id, that {@link Hypervisor.usage} tells. */
  readonly usages: Map<number, DropletUsage>;
  /** Calls in order: `createDroplet 100001`. */
  readonly calls: string[];
  /** Makes the next call of this name fail with the error. */
  failNext(call: keyof Hypervisor, error: Error): void;
  /** Holds calls of this name back until the returned function is called. */
  hold(call: keyof Hypervisor): () => void;
  /** Lets go of all that is held. */
  release(): void;
}

/** Makes a {@link MemoryHypervisor} with nothing in it. */
export function createMemoryHypervisor(): MemoryHypervisor {
  const failures = new Map<keyof Hypervisor, Error>();
  const holds = new Map<keyof Hypervisor, { until: Promise<void>; release: () => void }>();
  const calls: string[] = [];

  const called = async (call: keyof Hypervisor, ...details: readonly (string | number)[]) => {
    calls.push([call, ...details].join(" "));
    await holds.get(call)?.until;
    const failure = failures.get(call);
    failures.delete(call);
    if (failure !== undefined) throw failure;
  };
  const hypervisor: MemoryHypervisor = {
    droplets: new Map(),
    volumes: new Map(),
    usages: new Map(),
    filters: [],
    reservedIps: [],
    calls,
    failNext: (call, error) => void failures.set(call, error),
    hold(call) {
      let resolveHeld = () => {};
      const until = new Promise<void>((resolve) => (resolveHeld = resolve));
      const release = () => {
        holds.delete(call);
        resolveHeld();
      };
      holds.set(call, { until, release });
      return release;
    },
    release() {
      for (const held of [...holds.values()]) held.release();
    },
    async createDroplet(droplet) {
      await called("createDroplet", droplet.id);
      hypervisor.droplets.set(droplet.id, { ...droplet, power: "on" });
      for (const id of droplet.volumeIds) volume(id).dropletId = droplet.id;
    },
    usage: (id) => Promise.resolve(hypervisor.usages.get(id)),
    async destroyDroplet(id) {
      await called("destroyDroplet", id);
      hypervisor.droplets.delete(id);
    },
    async setPower(id, change) {
      await called("setPower", id, change);
      droplet(id).power = change === "powerOff" || change === "shutdown" ? "off" : "on";
    },
    powerState: (id) => Promise.resolve(droplet(id).power),
    async resizeDroplet(id, size) {
      await called("resizeDroplet", id, size.vcpus, size.memoryMiB, size.diskGiB);
    },
    async snapshotDroplet(id, image) {
      await called("snapshotDroplet", id, image);
    },
    async deleteSnapshot(image) {
      await called("deleteSnapshot", image);
    },
    async renameDroplet(id, name) {
      await called("renameDroplet", id, name);
    },
    async createVolume(spec) {
      await called("createVolume", spec.name);
      hypervisor.volumes.set(spec.id, { ...spec });
    },
    async resizeVolume(id, sizeGiB) {
      await called("resizeVolume", id, sizeGiB);
    },
    async deleteVolume(id) {
      await called("deleteVolume", id);
      hypervisor.volumes.delete(id);
    },
    async attachVolume(id, dropletId) {
      await called("attachVolume", volume(id).name, dropletId);
      volume(id).dropletId = dropletId;
    },
    async detachVolume(id, dropletId) {
      await called("detachVolume", volume(id).name, dropletId);
      delete volume(id).dropletId;
    },
    async applyFirewalls(filters) {
      await called("applyFirewalls");
      hypervisor.filters = filters;
    },
    async applyReservedIps(assignments) {
      await called("applyReservedIps");
      hypervisor.reservedIps = assignments;
    },
  };
  const droplet = (id: number) => known(hypervisor.droplets.get(id), `droplet ${id}`);
  const volume = (id: string) => known(hypervisor.volumes.get(id), `volume ${id}`);
  return hypervisor;
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not there`);
  return value;
}
