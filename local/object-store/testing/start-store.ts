import { request } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { onTestFinished } from "vitest";

import { openStore } from "../../emulation/store.ts";
import type { SpacesKey } from "../authenticate.ts";
import { spaces, type StoreProvider } from "../hosts.ts";
import { createObjectStore, type ObjectStore } from "../index.ts";

/** A served object store, asked through its proxy by a client that signs with AWS's own library. */
export interface TestStore {
  readonly objects: ObjectStore;
  /** Folder of the buckets; their settings are in a file beside it. */
  readonly folder: string;
  readonly log: readonly string[];
  readonly proxyPort: number;
  send(order: Order): Promise<Answer>;
}

/** A request to sign and send. */
export interface Order {
  readonly method: string;
  /** Part of the host name before the provider's domain. Default: `ams3`. */
  readonly host?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Key to sign with. Default: {@link fullKey}. */
  readonly key?: SpacesKey;
  /** Region to sign for. Default: one of AWS's. */
  readonly region?: string;
}

/** The object store's answer, its body as text. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Key that may do everything in all buckets. */
export const fullKey = makeKey("FULL", { bucket: "", permission: "fullaccess" });
/** Key that reads and writes the objects of the bucket `backup`. */
export const writerKey = makeKey("WRITER", { bucket: "backup", permission: "readwrite" });
/** Key that reads the bucket `backup`. */
export const readerKey = makeKey("READER", { bucket: "backup", permission: "read" });

/**
 * Starts an object store for one test, on a free port, in a folder that goes with the test: its own, or that of one that was
 * closed `earlier`. By default it is Spaces, with the system's clock.
 */
export async function startTestStore(
  earlier: { readonly folder?: string; readonly provider?: StoreProvider; readonly now?: () => Date } = {},
): Promise<TestStore> {
  const { provider = spaces, now = () => new Date() } = earlier;
  const folder = earlier.folder ?? (await mkdtemp(join(tmpdir(), "imera-objects-")));
  const log: string[] = [];
  const keys = [fullKey, writerKey, readerKey];
  const objects = createObjectStore({
    store: openStore(`${folder}.json`),
    folder,
    provider,
    now,
    findKey: (accessKey) => keys.find((key) => key.accessKey === accessKey),
    log: (line) => log.push(line),
  });
  const proxyPort = await objects.listenProxy("127.0.0.1", 0);
  onTestFinished(async () => {
    await objects.close();
    for (const path of [folder, `${folder}.json`]) await rm(path, { recursive: true, force: true });
  });
  return { objects, folder, log, proxyPort, send: (order) => send(proxyPort, provider.domain, now(), order) };
}

/** Sends a request as it is, to the proxy. */
export async function sendUnsigned(
  proxyPort: number,
  {
    method,
    url,
    headers,
    body,
  }: { method: string; url: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: proxyPort, method, path: url, headers: headers ?? {}, agent: false };
    const sent = request(options, (answer) => {
      const { statusCode: status = 0 } = answer;
      text(answer).then((read) => resolve({ status, headers: answer.headers, body: read }), reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function send(proxyPort: number, domain: string, now: Date, order: Order): Promise<Answer> {
  const { method, host = "ams3", path, query = {}, headers = {}, body, key = fullKey, region = "us-east-1" } = order;
  const hostname = `${host}.${domain}`;
  const signer = new SignatureV4({
    credentials: { accessKeyId: key.accessKey, secretAccessKey: key.secretKey },
    region,
    service: "s3",
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: false,
  });
  const unsigned = {
    method,
    protocol: "http:",
    hostname,
    path,
    query: { ...query },
    headers: { ...headers, host: hostname },
  };
  const signed = await signer.sign(body === undefined ? unsigned : { ...unsigned, body }, { signingDate: now });
  const search = new URLSearchParams(query).toString().replaceAll("+", "%20");
  const url = `http://${hostname}${path}${search === "" ? "" : `?${search}`}`;
  return sendUnsigned(proxyPort, { method, url, headers: signed.headers, ...(body === undefined ? {} : { body }) });
}

function makeKey(accessKey: string, grant: SpacesKey["grants"][number]): SpacesKey {
  return { accessKey, secretKey: `secret of ${accessKey}`, grants: [grant] };
}
