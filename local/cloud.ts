import { readFile } from "node:fs/promises";
import process from "node:process";

import { cloudflareApiPort, digitaloceanApiPort } from "./address-plan.ts";
import { dnsZones } from "./cloudflare/dns-zones.ts";
import { createCloudflareApi } from "./cloudflare/index.ts";
import { type DaemonSettings, daemonSettings } from "./daemon-settings.ts";
import { createDigitalOceanApi } from "./digitalocean/index.ts";
import { createDnsServer } from "./dns/index.ts";
import type { DnsZone } from "./dns/zone.ts";
import { startHttpServer } from "./http/server.ts";
import { createIncus } from "./incus/client.ts";
import { createHypervisor } from "./incus/hypervisor.ts";
import { describeRun } from "./run.ts";
import { openStore } from "./store.ts";

/**
 * The local cloud's daemon: both APIs and the DNS server in one process, inside the run's network namespace.
 * Usage: `node local/cloud.ts SETTINGS.json`. It ends at SIGTERM, when the actions under way are done.
 */
await serve(process.argv[2]);

async function serve(settingsFile: string | undefined): Promise<void> {
  if (settingsFile === undefined) throw new Error("Usage: node local/cloud.ts SETTINGS.json");
  const settings = daemonSettings.parse(JSON.parse(await readFile(settingsFile, "utf8")));
  const run = describeRun(settings.run);
  const { cloudIpv4 } = run.addresses;
  const store = openStore(run.files.store);
  const hypervisor = createHypervisor(run, createIncus(run.files.incus));
  const digitalocean = createDigitalOceanApi({
    store,
    hypervisor,
    addressPlan: run.addresses,
    token: settings.digitaloceanToken,
    log,
  });
  const cloudflare = createCloudflareApi({ store, zones: settings.zones, operatorToken: settings.cloudflareToken });
  const dns = createDnsServer({
    zones: () => [...dnsZones(cloudflare), platformZone(settings)],
    upstream: settings.upstreamResolvers,
    onProblem: ({ message }) => log(`dns: ${message}`),
  });
  // DNS first: droplets that the replay starts ask at once.
  await dns.listen(cloudIpv4, 53);
  await digitalocean.replay();
  const servers = [
    await startHttpServer({ app: digitalocean.app, hostname: cloudIpv4, port: digitaloceanApiPort }),
    await startHttpServer({ app: cloudflare.app, hostname: cloudIpv4, port: cloudflareApiPort }),
  ];
  log(`serving ${servers.map(({ url }) => url).join(", ")} and DNS at ${cloudIpv4}`);
  const end = async () => {
    await Promise.all([...servers, dns].map((server) => server.close()));
    await digitalocean.close();
    await store.flush();
    process.exit(0);
  };
  process.once("SIGTERM", () => void end());
}

/** Names of the local cloud's own services. */
function platformZone({ names }: DaemonSettings): DnsZone {
  const records = Object.entries(names).map(([name, data]) => ({ type: "A" as const, name, ttl: 60, data }));
  return { name: "local-cloud.test", nameServers: ["ns.local-cloud.test"], records };
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
