import { stringify } from "yaml";

import type { Run } from "../run/run.ts";
import { notYet, notYetOn, type Observation, waitUntil } from "../../host/wait-until.ts";
import type { Incus } from "./client.ts";
import { machineConfig } from "./droplets.ts";
import { execInside, isCommandFailure, type InsideFile, writeInside } from "./exec.ts";
import { baseImage } from "./images.ts";
import { nicDevices, renderNetworkConfig } from "./network-config.ts";
import { trustConfig } from "./platform-trust.ts";
import { renderMetaData } from "./seed.ts";

/** A machine of the local cloud's own: a server that production finds elsewhere. */
export interface ServiceContainer {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** One of the plan's service addresses, and none that another service has. */
  readonly ipv4: string;
  /** Default: no IPv6. */
  readonly ipv6?: string;
  /** Debian packages to install at the first boot. */
  readonly packages: readonly string[];
  /** Files that are there before the first boot. Default: none. */
  readonly files?: readonly InsideFile[];
}

/**
 * Starts a service container and resolves to its instance's name when its packages, if any, are installed. One that is there
 * is started if it does not run, and kept. No packet filter applies to it.
 */
export async function launchServiceContainer(run: Run, incus: Incus, service: ServiceContainer): Promise<string> {
  const instance = `${run.name}-${service.name}`;
  const path = `/instances/${instance}`;
  if ((await incus.get(path)) === undefined) {
    await incus.send("POST", "/instances", await describe(run, service, instance));
    for (const file of service.files ?? []) await writeInside(run, instance, file);
  }
  const state = (await incus.get(`${path}/state`)) as { status: string };
  if (state.status !== "Running") await incus.send("PUT", `${path}/state`, { action: "start", timeout: -1 });
  if (service.packages.length > 0) await waitForCloudInit(run, instance);
  return instance;
}

/** Deletes the container; resolves if there is none. */
export async function deleteServiceContainer(run: Run, incus: Incus, name: string): Promise<void> {
  const path = `/instances/${run.name}-${name}`;
  if ((await incus.get(path)) === undefined) return;
  const state = (await incus.get(`${path}/state`)) as { status: string };
  if (state.status === "Running") {
    await incus.send("PUT", `${path}/state`, { action: "stop", force: true, timeout: -1 });
  }
  await incus.send("DELETE", path);
}

async function describe(run: Run, service: ServiceContainer, instance: string): Promise<object> {
  const { name, ipv4, ipv6, packages } = service;
  const network = { publicIpv4: ipv4, ...(ipv6 === undefined ? {} : { publicIpv6: ipv6 }) };
  const userData = { package_update: packages.length > 0, packages, apt: { conf: `APT::Install-Recommends "false";` } };
  return {
    name: instance,
    source: { type: "image", alias: baseImage.slug },
    config: {
      ...machineConfig,
      "cloud-init.user-data": `#cloud-config\n${stringify(userData)}`,
      ...(await trustConfig(run)),
      "cloud-init.network-config": renderNetworkConfig(network, run.addresses.cloudIpv4),
      "user.meta-data": renderMetaData({ id: instance, name, sshPublicKeys: [] }),
    },
    // The address is unique in the run, and its last number fits into an interface's 15 characters.
    devices: nicDevices(network, `s${ipv4.slice(ipv4.lastIndexOf(".") + 1)}`),
  };
}

async function waitForCloudInit(run: Run, instance: string): Promise<void> {
  await waitUntil({
    what: `cloud-init of ${instance}`,
    // Until the machine has a shell and cloud-init has begun, the command fails.
    probe: notYetOn(isCommandFailure, async () => {
      const status = await execInside(run, instance, ["cat", "/run/cloud-init/status.json"], { timeoutMs: 10_000 });
      return readCloudInitStatus(instance, status);
    }),
    intervalMs: 250,
    timeoutMs: 300_000,
  });
}

/** Reads `/run/cloud-init/status.json`: whether cloud-init is done. Throws with cloud-init's own words when it failed. */
export function readCloudInitStatus(instance: string, json: string): Observation<true> {
  const { v1 } = JSON.parse(json) as { v1: Record<string, unknown> };
  const stage = v1["stage"];
  const final = v1["modules-final"] as { finished: number | null; errors: string[] } | undefined;
  if (stage !== null || final === undefined || final.finished === null) return notYet(`stage ${String(stage)}`);
  const errors = Object.values(v1).flatMap((part) =>
    part !== null && typeof part === "object" && "errors" in part ? (part.errors as string[]) : [],
  );
  if (errors.length > 0) throw new Error(`cloud-init of ${instance} failed: ${errors.join("; ")}`);
  return { value: true };
}
