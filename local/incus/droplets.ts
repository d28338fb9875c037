import { z } from "zod";

import { messageWithCauses } from "../../host/error.ts";
import type { DropletSpec, PowerChange } from "../digitalocean/hypervisor.ts";
import type { Log } from "../emulation/log.ts";
import type { Run } from "../run/run.ts";
import type { Incus } from "./client.ts";
import { nicDevices, renderNetworkConfig } from "./network-config.ts";
import { renderMetaData } from "./seed.ts";

/** Droplets as Incus containers. The instance of droplet 7 of run 1 is `imera1-droplet-7`. */
export interface Droplets {
  /** Creates without starting; one that is there already is left as it is. `trust` is configuration of the instance. */
  create(droplet: DropletSpec, trust: Readonly<Record<string, string>>): Promise<void>;
  /** Removes a droplet and its root disk. Resolves if there is none. */
  destroy(dropletId: number): Promise<void>;
  /** Changes the power. A droplet whose init does not end within 30 s is cut off. */
  setPower(dropletId: number, change: PowerChange): Promise<void>;
  /** Resolves to `on` when the droplet's init runs. */
  powerState(dropletId: number): Promise<"on" | "off">;
  /** Gives the droplet other limits, which hold from its next boot. */
  resize(dropletId: number, size: { vcpus: number; memoryMiB: number }): Promise<void>;
  /** Gives the block device `source` to the droplet as the volume `name`. */
  plug(dropletId: number, volume: { id: string; name: string; source: string }): Promise<void>;
  /** Takes a volume's block device out of the droplet. */
  unplug(dropletId: number, volumeId: string): Promise<void>;
}

/** Makes the name of a droplet's instance. */
export function instanceName(run: Run, dropletId: number): string {
  return `${run.name}-droplet-${dropletId}`;
}

/** Makes {@link Droplets} over the run's engine. `log` is told why a droplet had to be cut off. */
export function createDroplets(run: Run, incus: Incus, log: Log): Droplets {
  const path = (dropletId: number) => `/instances/${instanceName(run, dropletId)}`;
  const read = async (dropletId: number) => {
    const found = await incus.get(path(dropletId));
    return found === undefined ? undefined : instanceSchema.parse(found);
  };
  const changeState = (dropletId: number, action: string, force: boolean, timeout = -1) =>
    incus.send("PUT", `${path(dropletId)}/state`, { action, force, timeout });

  return {
    async create(droplet, trust) {
      if ((await read(droplet.id)) !== undefined) return;
      await incus.send("POST", "/instances", instanceOf(run, droplet, trust));
    },
    async destroy(dropletId) {
      const instance = await read(dropletId);
      if (instance === undefined) return;
      if (instance.status !== "Stopped") await changeState(dropletId, "stop", true);
      await incus.send("DELETE", path(dropletId));
    },
    async setPower(dropletId, change) {
      const isOn = (await read(dropletId))?.status === "Running";
      const turnOff = change !== "on" && isOn;
      // A droplet that does not follow is cut off in the end, as DigitalOcean does.
      const graceSeconds = change === "shutdown" || change === "reboot" ? 30 : undefined;
      if (turnOff) await turnDropletOff(dropletId, graceSeconds);
      const turnOn = change === "on" || change === "reboot" || change === "powerCycle";
      if (turnOn && (turnOff || !isOn)) await changeState(dropletId, "start", false);
    },
    async powerState(dropletId) {
      return (await read(dropletId))?.status === "Running" ? "on" : "off";
    },
    async resize(dropletId, size) {
      await incus.send("PATCH", path(dropletId), { config: limits(size) });
    },
    async plug(dropletId, { id, name, source }) {
      const device = {
        type: "unix-block",
        source,
        path: `/dev/disk/by-id/scsi-0DO_Volume_${name}`,
        // After a restart of this machine the loop device comes later than the droplet.
        required: "false",
      };
      await incus.send("PATCH", path(dropletId), { devices: { [deviceName(id)]: device } });
    },
    async unplug(dropletId, volumeId) {
      const instance = await read(dropletId);
      if (instance?.devices[deviceName(volumeId)] === undefined) return;
      const kept = Object.entries(instance.devices).filter(([name]) => name !== deviceName(volumeId));
      await incus.send("PUT", path(dropletId), { ...instance, devices: Object.fromEntries(kept) });
    },
  };

  async function turnDropletOff(dropletId: number, graceSeconds: number | undefined): Promise<void> {
    if (graceSeconds === undefined) return changeState(dropletId, "stop", true);
    try {
      await changeState(dropletId, "stop", false, graceSeconds);
    } catch (error) {
      log(
        `droplet ${dropletId} did not shut down within ${graceSeconds} s and is cut off: ${messageWithCauses(error)}`,
      );
      await changeState(dropletId, "stop", true);
    }
  }
}

/** Fields of an instance that a PUT must repeat, lest they change. */
const instanceSchema = z.object({
  status: z.string(),
  architecture: z.string(),
  config: z.record(z.string(), z.string()),
  devices: z.record(z.string(), z.record(z.string(), z.string())),
  ephemeral: z.boolean(),
  profiles: z.array(z.string()),
  description: z.string(),
});

function instanceOf(run: Run, droplet: DropletSpec, trust: Readonly<Record<string, string>>): object {
  const { network } = droplet;
  return {
    name: instanceName(run, droplet.id),
    source: { type: "image", alias: droplet.image },
    config: {
      ...machineConfig,
      ...limits(droplet),
      // The API's state says which droplets are to run, not what ran last.
      "boot.autostart": "false",
      ...(droplet.userData === undefined ? {} : { "cloud-init.user-data": droplet.userData }),
      ...trust,
      "cloud-init.network-config": renderNetworkConfig(network, run.addresses.cloudIpv4),
      "user.meta-data": renderMetaData(droplet),
    },
    devices: nicDevices(network, `d${droplet.id}`),
  };
}

/**
 * Instance configuration of each machine of the local cloud: privileged and not confined by AppArmor, because only then can it
 * mount its volumes. A droplet may do to this machine what root may: run only what you trust.
 */
export const machineConfig = {
  "security.privileged": "true",
  "raw.lxc": "lxc.apparmor.profile=unconfined",
};

function limits({ vcpus, memoryMiB }: { vcpus: number; memoryMiB: number }): Record<string, string> {
  return { "limits.cpu": String(vcpus), "limits.memory": `${memoryMiB}MiB` };
}

/** Volume ids are UUIDs: within Incus's 64 characters. */
function deviceName(volumeId: string): string {
  return `volume-${volumeId}`;
}
