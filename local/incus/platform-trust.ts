import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { Run } from "../run/run.ts";
import type { Incus } from "./client.ts";
import { execInside, writeInside } from "./exec.ts";

/** Certificate authorities that the platform's machines trust: files in the run's folder `trust`, without `.pem`. */
const authorities = ["local-ca", "acme-root"] as const;
type Authority = (typeof authorities)[number];

/** Reads the authorities' certificates, as far as they exist yet, in PEM. */
export async function readTrust(run: Run): Promise<{ name: Authority; pem: string }[]> {
  const present = authorities.filter((name) => existsSync(trustFile(run, name)));
  return Promise.all(present.map(async (name) => ({ name, pem: await readFile(trustFile(run, name), "utf8") })));
}

/** Names the file of an authority's certificate, in PEM. */
export function trustFile(run: Run, name: Authority): string {
  return join(run.files.trust, `${name}.pem`);
}

/** Makes the configuration of an instance that trusts the authorities. The image's templates write it into files when the instance is created. */
export async function trustConfig(run: Run): Promise<Record<string, string>> {
  const trust = await readTrust(run);
  return Object.fromEntries(trust.map(({ name, pem }) => [configKey(name), pem]));
}

/** Paths inside a machine, each with the configuration key that holds its content. */
export const trustTemplates: Readonly<Record<string, string>> = Object.fromEntries(
  authorities.map((name) => [machinePath(name), configKey(name)]),
);

/**
 * Lets the droplets that run trust what the platform trusts now: a restarted ACME server has a new root.
 */
export async function refreshTrust(run: Run, incus: Incus): Promise<void> {
  const instances = instanceList.parse(await incus.get("/instances?recursion=1"));
  const trust = await readTrust(run);
  for (const { name: instance, status, config } of instances) {
    const isCurrent = trust.every(({ name, pem }) => config[configKey(name)] === pem);
    if (isCurrent || status !== "Running" || !instance.startsWith(`${run.name}-droplet-`)) continue;
    for (const { name, pem: content } of trust) {
      await writeInside(run, instance, { path: machinePath(name), mode: "0644", content });
    }
    await execInside(run, instance, [trustProgram.path], { timeoutMs: 60_000 });
    await incus.send("PATCH", `/instances/${instance}`, { config: await trustConfig(run) });
  }
}

/**
 * Program that makes a machine trust the platform's authorities. `update-ca-certificates`, which needs seconds where this
 * needs a tenth of one, finds the certificates in its own folder when it runs later.
 */
export const trustProgram = {
  path: "/usr/local/sbin/platform-trust",
  content: `#!/bin/sh
set -eu
bundle=/etc/ssl/certs/ca-certificates.crt
for certificate in /usr/local/share/ca-certificates/platform-*.crt; do
  [ -s "$certificate" ] || continue
  ln -sf "$certificate" "/etc/ssl/certs/$(openssl x509 -noout -hash -in "$certificate").0"
  grep -qxF -- "$(sed -n 3p "$certificate")" "$bundle" || openssl x509 -in "$certificate" >> "$bundle"
done
`,
} as const;

/** Systemd unit that runs {@link trustProgram} at boot, before anything speaks TLS. */
export const trustUnit = {
  name: "platform-trust.service",
  content: `[Unit]
Description=Trust the platform's certificate authorities
DefaultDependencies=no
After=local-fs.target
Before=cloud-init-local.service sysinit.target

[Service]
Type=oneshot
ExecStart=${trustProgram.path}

[Install]
WantedBy=sysinit.target
`,
} as const;

const instanceList = z.array(
  z.object({ name: z.string(), status: z.string(), config: z.record(z.string(), z.string()) }),
);

function machinePath(name: string): string {
  return `/usr/local/share/ca-certificates/platform-${name}.crt`;
}

function configKey(name: string): string {
  return `user.trust-${name}`;
}
