import { readFile } from "node:fs/promises";
import process from "node:process";

import { cloudflareApiPort, digitaloceanApiPort, objectStoreProxyPort } from "./run/address-plan.ts";
import { dnsZones } from "./cloudflare/dns-zones.ts";
import { createCloudflareApi } from "./cloudflare/index.ts";
import { type DaemonSettings, daemonSettings } from "./run/daemon-settings.ts";
import { createPostJson, createProbe } from "./digitalocean/alerts/probe.ts";
import { createDigitalOceanApi } from "./digitalocean/index.ts";
import { createDnsServer } from "./dns/index.ts";
import type { DnsZone } from "./dns/zone.ts";
import { lookEach } from "./emulation/look-each.ts";
import { startHttpServer } from "./emulation/server.ts";
import { createIncus } from "./incus/client.ts";
import { createHypervisor } from "./incus/hypervisor.ts";
import { readTrust } from "./incus/platform-trust.ts";
import { copyStore, findCopyKey } from "./object-store/copy-store.ts";
import { readObjectStoreCertificate } from "./object-store/certificate.ts";
import { otherProvider } from "./object-store/hosts.ts";
import { createObjectStore } from "./object-store/index.ts";
import { runNumbered } from "./run/run.ts";
import { openStore } from "./emulation/store.ts";

/**
 * The local cloud's daemon: both APIs, both object stores and the DNS server in one process, inside the run's network namespace.
 * Usage: `node local/daemon.ts SETTINGS.json`. It ends at SIGTERM, when the actions under way are done.
 */
await serve(process.argv[2]);

async function serve(settingsFile: string | undefined): Promise<void> {
  if (settingsFile === undefined) throw new Error("Usage: node local/daemon.ts SETTINGS.json");
  const settings = daemonSettings.parse(JSON.parse(await readFile(settingsFile, "utf8")));
  const run = runNumbered(settings.run);
  const { cloudIpv4, otherProviderIpv4 } = run.addresses;
  const store = openStore(run.files.store);
  const hypervisor = createHypervisor(run, createIncus(run.files.incus), log);
  const outlook = {
    address: cloudIpv4,
    readTrust: async () => (await readTrust(run)).map(({ pem }) => pem),
  };
  const digitalocean = createDigitalOceanApi({
    store,
    hypervisor,
    addressPlan: run.addresses,
    token: settings.digitaloceanToken,
    spacesKey: { accessKey: settings.spacesAccessKey, secretKey: settings.spacesSecretKey },
    probe: createProbe(outlook),
    post: createPostJson(outlook),
    log,
  });
  const cloudflare = createCloudflareApi({ store, zones: settings.zones, operatorToken: settings.cloudflareToken });
  const objects = createObjectStore({
    store,
    folder: run.files.objects,
    findKey: (accessKey) => digitalocean.findSpacesKey(accessKey),
    log,
  });
  const copies = createObjectStore({
    provider: otherProvider,
    store,
    folder: run.files.otherObjects,
    findKey: (accessKey) => findCopyKey(settings, accessKey),
    log,
  });
  await copies.makeLockedBucket({ region: copyStore.region, name: copyStore.bucket, days: copyStore.lockDays });
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
  const certificate = await readObjectStoreCertificate(run);
  await objects.listenTls(cloudIpv4, 443, certificate);
  await copies.listenTls(otherProviderIpv4, 443, certificate);
  await objects.listenProxy(cloudIpv4, objectStoreProxyPort);
  log(`serving ${servers.map(({ url }) => url).join(", ")} S3 and DNS at ${cloudIpv4}`);
  // DigitalOcean looks once a minute.
  const stopLooking = lookEach(15_000, () => digitalocean.lookAround());
  const end = async () => {
    await stopLooking();
    await Promise.all([...servers, objects, copies, dns].map((server) => server.close()));
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
