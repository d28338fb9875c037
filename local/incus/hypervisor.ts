import { execa } from "execa";

import type { DropletFilter, Hypervisor, ReservedIpAssignment, VolumeSpec } from "../digitalocean/hypervisor.ts";
import { renderRuleset } from "../network/ruleset.ts";
import type { Log } from "../emulation/log.ts";
import type { Run } from "../run/run.ts";
import type { Incus } from "./client.ts";
import { createDroplets, instanceName } from "./droplets.ts";
import { deleteImage, publishImage } from "./published-images.ts";
import { trustConfig } from "./platform-trust.ts";
import { measureUsage } from "./usage.ts";
import { createVolumes } from "./volumes.ts";

/**
 * Makes the hypervisor of a run, with real machines. The process must be inside the run's network namespace: the packet filter
 * is applied where the process is.
 */
export function createHypervisor(run: Run, incus: Incus, log: Log): Hypervisor {
  const droplets = createDroplets(run, incus, log);
  const volumes = createVolumes(run.files.volumes);
  const names = new Map<string, string>();
  let filters: readonly DropletFilter[] = [];
  let reservedIps: readonly ReservedIpAssignment[] = [];
  let applying = Promise.resolve();
  // One after the other, so that the last change is the one that stays.
  const applyRules = async () => {
    const previous = applying;
    const apply = async () => {
      await Promise.allSettled([previous]);
      await applyRuleset(renderRuleset({ filters, reservedIps, cloudIpv4: run.addresses.cloudIpv4 }));
    };
    applying = apply();
    await applying;
  };

  const attach = async (volumeId: string, dropletId: number) => {
    const name = names.get(volumeId);
    if (name === undefined) throw new Error(`volume ${volumeId} cannot be attached: it was never created`);
    await droplets.plug(dropletId, { id: volumeId, name, source: await volumes.open(volumeId) });
  };
  return {
    async createDroplet(droplet) {
      await droplets.create(droplet, await trustConfig(run));
      for (const volumeId of droplet.volumeIds) await attach(volumeId, droplet.id);
      await droplets.setPower(droplet.id, "on");
    },
    destroyDroplet: (dropletId) => droplets.destroy(dropletId),
    setPower: (dropletId, change) => droplets.setPower(dropletId, change),
    powerState: (dropletId) => droplets.powerState(dropletId),
    usage: (dropletId) => measureUsage(run, instanceName(run, dropletId)),
    resizeDroplet: (dropletId, size) => droplets.resize(dropletId, size),
    snapshotDroplet: (dropletId, image) => publishImage(incus, instanceName(run, dropletId), image),
    deleteSnapshot: (image) => deleteImage(incus, image),
    // The host name was given at the first boot and belongs to the droplet since; nothing else shows the platform's name.
    renameDroplet: () => Promise.resolve(),

    async createVolume(volume: VolumeSpec) {
      names.set(volume.id, volume.name);
      await volumes.create(volume);
    },
    resizeVolume: (volumeId, sizeGiB) => volumes.resize(volumeId, sizeGiB),
    async deleteVolume(volumeId) {
      await volumes.remove(volumeId);
      names.delete(volumeId);
    },
    attachVolume: attach,
    async detachVolume(volumeId, dropletId) {
      await droplets.unplug(dropletId, volumeId);
      await volumes.close(volumeId);
    },

    async applyFirewalls(next) {
      filters = next;
      await applyRules();
    },
    async applyReservedIps(next) {
      reservedIps = next;
      await applyRules();
    },
  };
}

async function applyRuleset(ruleset: string): Promise<void> {
  await execa("nft", ["-f", "-"], { input: ruleset });
}
