import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { acmeHostName, acmeIpv4, startPebble } from "../acme/pebble.ts";
import { openLocalCa } from "../acme/local-ca.ts";
import { pebbleExecutable } from "../acme/pebble-program.ts";
import { digitaloceanApiPort } from "../run/address-plan.ts";
import { daemonSecrets, type DaemonSettings } from "../run/daemon-settings.ts";
import { checkAddresses, checkHost } from "../preparation/host-checks.ts";
import { ensureHostPackages } from "../preparation/host-packages.ts";
import { startEngine } from "../incus/engine.ts";
import { buildBaseImage, importBaseImage } from "../incus/images.ts";
import { readTrust, refreshTrust, trustFile } from "../incus/platform-trust.ts";
import { createNamespace, inNamespace } from "../network/namespace.ts";
import { openOutbound } from "../network/outbound.ts";
import { makeObjectStoreCertificate } from "../object-store/certificate.ts";
import { otherProvider, spaces } from "../object-store/hosts.ts";
import { endProcess, isRunning, lastLines, startDaemon } from "../../host/process.ts";
import type { Step } from "../../host/terminal/progress.ts";
import { readIfThere } from "../../host/read-if-there.ts";
import type { Run } from "../run/run.ts";
import type { RunningCloud } from "../run/running-cloud.ts";
import { upstreamResolvers } from "../preparation/upstream-resolvers.ts";
import { isUnreachable } from "../../host/error.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";

/** Zones of a cloud that is brought up, and what to do meanwhile. */
export interface UpOptions {
  /** Domains that are zones at Cloudflare. */
  readonly zones: readonly string[];
  readonly step: Step;
  /** Work to be done while the ACME server starts, which leaves the processor little to do. */
  readonly meanwhile: (cloud: RunningCloud) => Promise<void>;
}

/**
 * Brings the cloud of `run` up: this machine's packages, network, engine, both APIs, DNS, ACME server. What is up already
 * stays up, what an interrupted start left is completed.
 */
export async function bringCloudUp(run: Run, { zones, step, meanwhile }: UpOptions): Promise<RunningCloud> {
  await step("this machine", checkHost);
  await step("packages of this machine", async (report) => {
    await ensureHostPackages(report);
    await checkAddresses(run);
  });
  const rootfs = await step("droplet image", buildBaseImage);
  const pebble = await step("certificate authority's program (Pebble)", pebbleExecutable);
  await step("network", async () => {
    await mkdir(run.folder, { recursive: true, mode: 0o700 });
    await createNamespace(run);
    await openOutbound(run);
    await makeTrust(run);
  });
  const incus = await step("machines (Incus)", async () => {
    const engine = await startEngine(run);
    await importBaseImage(run, engine, rootfs);
    return engine;
  });
  const cloud = { run, incus, settings: await prepareSettings(run, zones) };
  await step("cloud APIs and DNS", () => startCloudDaemon(run));
  await step("certificate authority, secrets", async () => {
    await Promise.all([startPebble(run, incus, pebble), meanwhile(cloud)]);
    await writeCaBundle(run);
    await refreshTrust(run, incus);
  });
  return cloud;
}

async function makeTrust(run: Run): Promise<void> {
  await mkdir(run.files.trust, { recursive: true, mode: 0o700 });
  const ca = await openLocalCa(run.files.localCa, `Local cloud ${run.number}`);
  await copyFile(ca.certificateFile, trustFile(run, "local-ca"));
  await makeObjectStoreCertificate(run, ca);
}

async function writeCaBundle(run: Run): Promise<void> {
  await writeFile(run.files.caBundle, (await readTrust(run)).map(({ pem }) => pem).join(""), { mode: 0o644 });
}

/** A daemon that was started with other settings is ended, to be started with these. */
async function prepareSettings(run: Run, zones: readonly string[]): Promise<DaemonSettings> {
  const earlier = await readIfThere(run.files.daemonSettings);
  const settings: DaemonSettings = {
    ...daemonSecrets(earlier),
    run: run.number,
    zones: [...zones],
    names: {
      [acmeHostName]: acmeIpv4(run),
      [`*.${spaces.domain}`]: run.addresses.cloudIpv4,
      [`*.${otherProvider.domain}`]: run.addresses.otherProviderIpv4,
    },
    upstreamResolvers: await upstreamResolvers(),
  };
  const content = JSON.stringify(settings, undefined, 2);
  if (content !== earlier) {
    await endProcess(run.files.daemonPid, { what: "the daemon with earlier settings", graceMs: 10_000 });
    await writeFile(run.files.daemonSettings, content, { mode: 0o600 });
  }
  return settings;
}

async function startCloudDaemon(run: Run): Promise<void> {
  if (!(await isRunning(run.files.daemonPid))) {
    const program = fileURLToPath(new URL("../daemon.ts", import.meta.url));
    await startDaemon({
      command: inNamespace(run, [process.execPath, program, run.files.daemonSettings]),
      env: {},
      logFile: run.files.daemonLog,
      pidFile: run.files.daemonPid,
    });
  }
  await waitUntil({
    what: "the local cloud's APIs to answer",
    // Nobody listens before the daemon has read its state.
    probe: notYetOn(isUnreachable, async (signal) => {
      if (!(await isRunning(run.files.daemonPid))) throw new Error(await daemonsLastWords(run));
      await fetch(`http://${run.addresses.cloudIpv4}:${digitaloceanApiPort}/`, { signal });
      return { value: true };
    }),
    intervalMs: 100,
    timeoutMs: 120_000,
  });
}

async function daemonsLastWords(run: Run): Promise<string> {
  const { daemonLog } = run.files;
  return `The local cloud's daemon ended. The last lines of ${daemonLog}:\n${await lastLines(daemonLog, 12)}`;
}
