import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openLocalCa } from "../../../local/acme/local-ca.ts";
import { createDnsServer } from "../../../local/dns/index.ts";
import { openStore } from "../../../local/emulation/store.ts";
import type { Grant } from "../../../local/object-store/authenticate.ts";
import { otherProvider, spaces, storeCertificateNames } from "../../../local/object-store/hosts.ts";
import { createObjectStore } from "../../../local/object-store/index.ts";
import { type Bucket, openBucket } from "../../object-store/bucket.ts";
import { type S3Place, s3Sender } from "../../object-store/s3-request.ts";

/** A network's bucket at DigitalOcean and the bucket of its copy at another provider, served over TLS for one test. */
export interface TwoProviders {
  /** The network's bucket, with the key that the copy has: it reads. */
  readonly source: Bucket;
  /** The network's bucket, with the key that the node has: it writes. */
  readonly node: Bucket;
  /** The copy's bucket, with the copy's key. */
  readonly target: Bucket;
  /** Requests that were answered, as the stores log them. */
  readonly log: readonly string[];
  /** Gives the copy's bucket as another key, or another bucket there, reaches it. */
  readonly at: (place: Partial<S3Place>) => Bucket;
  /** Moves the clock of both providers. */
  readonly clock: { ms: number };
}

/** Starts both providers, each with one bucket: versioned, and with an Object Lock of 30 days. */
export async function startTwoProviders(): Promise<TwoProviders> {
  const folder = await mkdtemp(join(tmpdir(), "imera-copy-"));
  const { certificate, authorities } = await (trust ??= makeTrust());
  const log: string[] = [];
  const clock = { ms: 0 };
  const now = () => new Date(Date.now() + clock.ms);
  const common = { log: (line: string) => log.push(line), now };
  const store = openStore(join(folder, "stores.json"));
  const digitalocean = createObjectStore({
    ...common,
    store,
    folder: join(folder, "spaces"),
    findKey: keys({
      OWNER: { bucket: "", permission: "fullaccess" },
      NODE: { bucket: "backups", permission: "readwrite" },
      READER: { bucket: "backups", permission: "read" },
    }),
  });
  const other = createObjectStore({
    ...common,
    provider: otherProvider,
    store,
    folder: join(folder, "other"),
    findKey: keys({
      COPY: { bucket: "copy", permission: "readwrite" },
      ROOT: { bucket: "", permission: "fullaccess" },
    }),
  });
  await other.makeLockedBucket({ region: "elsewhere-1", name: "copy", days: 30 });
  const zone = {
    name: "local-cloud.test",
    nameServers: ["ns.local-cloud.test"],
    records: ["spaces", "other-provider"].map(record),
  };
  const dns = createDnsServer({ zones: () => [zone], onProblem: ({ message }) => log.push(message) });
  const nameServer = await dns.listen("127.0.0.1", 0);
  const ports = [
    await digitalocean.listenTls("127.0.0.1", 0, certificate),
    await other.listenTls("127.0.0.1", 0, certificate),
  ] as const;
  const opened: { close: () => void }[] = [];
  onTestFinished(async () => {
    for (const each of opened) each.close();
    await Promise.all([digitalocean, other, dns].map((server) => server.close()));
    await rm(folder, { recursive: true });
  });
  const way = {
    nameServers: [`127.0.0.1:${nameServer.port}`],
    authorities,
  };
  const open = (place: S3Place) => {
    const bucket = openBucket(place);
    opened.push(bucket);
    return bucket;
  };
  const spacesPlace = (accessKey: string): S3Place => ({
    ...way,
    endpoint: `ams3.${spaces.domain}:${ports[0]}`,
    region: "ams3",
    bucket: "backups",
    key: keyPair(accessKey),
  });
  const copyPlace: S3Place = {
    ...way,
    endpoint: `elsewhere-1.${otherProvider.domain}:${ports[1]}`,
    region: "elsewhere-1",
    bucket: "copy",
    key: keyPair("COPY"),
  };
  const owner = s3Sender(spacesPlace("OWNER"));
  opened.push(owner);
  await owner({ method: "PUT" });
  const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await owner({ method: "PUT", query: { versioning: "" }, body: Buffer.from(body) });
  return {
    source: open(spacesPlace("READER")),
    node: open(spacesPlace("NODE")),
    target: open(copyPlace),
    at: (place) => open({ ...copyPlace, ...place }),
    log,
    clock,
  };
}

let trust: ReturnType<typeof makeTrust> | undefined;

/** Makes keys once for all tests of a file: that takes longer than most tests. */
async function makeTrust() {
  const folder = await mkdtemp(join(tmpdir(), "imera-copy-ca-"));
  const authority = await openLocalCa(folder, "Test");
  const certificate = await authority.issue({ names: storeCertificateNames, ipv4: "127.0.0.1" });
  const authorities = await readFile(authority.certificateFile, "utf8");
  await rm(folder, { recursive: true });
  return { certificate, authorities };
}

/** Gives the key pair of that name. */
export function keyPair(accessKey: string) {
  return { accessKey, secretKey: `secret of ${accessKey}` };
}

function keys(grants: Readonly<Record<string, Grant>>) {
  return (accessKey: string) => {
    const grant = grants[accessKey];
    return grant === undefined ? undefined : { ...keyPair(accessKey), grants: [grant] };
  };
}

function record(provider: string) {
  return { type: "A" as const, name: `*.${provider}.local-cloud.test`, ttl: 60, data: "127.0.0.1" };
}
