import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";

import type { ServerCertificate } from "../acme/local-ca.ts";
import type { Log } from "../emulation/log.ts";
import type { Store } from "../emulation/store.ts";
import type { SpacesKey } from "./authenticate.ts";
import { openBuckets } from "./buckets.ts";
import { answerRequest, type Gateway } from "./gateway.ts";
import { spaces, type StoreProvider } from "./hosts.ts";

/** Options of {@link createObjectStore}. */
export interface ObjectStoreOptions {
  /** @default DigitalOcean Spaces */
  readonly provider?: StoreProvider;
  /** Keeps the buckets' settings. */
  readonly store: Store;
  /** Folder of the objects; made when the first bucket is opened. */
  readonly folder: string;
  /** The key with this id, as it is now. */
  readonly findKey: (accessKey: string) => SpacesKey | undefined;
  readonly log: Log;
  /** The time now. @default the system's clock */
  readonly now?: () => Date;
}

/** An object store that can be made to listen. */
export interface ObjectStore {
  /** Serves S3 over TLS. Resolves to the port, which is a free one where `port` is 0. Rejects when the port is taken. */
  listenTls(address: string, port: number, certificate: ServerCertificate): Promise<number>;
  /**
   * Serves an HTTP proxy (absolute-form requests, RFC 9112 section 3.2.2) that reaches the object store and nothing else: the
   * Pulumi plugins' S3 client has no other way to be sent to an address of our choice. Resolves to the port.
   */
  listenProxy(address: string, port: number): Promise<number>;
  /**
   * Makes a bucket whose objects get a retention of `days` in the mode COMPLIANCE, as the account's owner would by the provider's
   * site. One that is there stays as it is.
   */
  makeLockedBucket(bucket: { readonly region: string; readonly name: string; readonly days: number }): Promise<void>;
  /** Resolves when nothing listens any more and the requests under way are answered. */
  close(): Promise<void>;
}

/** File that makes the object store in `folder` play dead while it is there. */
export function stoppedFile(folder: string): string {
  return join(folder, "stopped");
}

/**
 * Makes the object store of a provider: S3 for the hosts `<region>.<domain>` and `<bucket>.<region>.<domain>`. Objects are files,
 * settings are in `store`.
 */
export function createObjectStore({
  provider = spaces,
  store,
  folder,
  findKey,
  log,
  now = () => new Date(),
}: ObjectStoreOptions): ObjectStore {
  const isStopped = () => existsSync(stoppedFile(folder));
  const gateway: Gateway = {
    provider,
    buckets: openBuckets(`${provider.name}/buckets`, { store, folder, now }),
    findKey,
    isStopped,
    log,
    now,
  };
  const servers: Server[] = [];
  const open = async (server: Server, address: string, port: number) => {
    // A backup's upload takes as long as it takes.
    Object.assign(server, { requestTimeout: 0, keepAliveTimeout: 60_000 });
    await listen(server, address, port);
    servers.push(server);
    const bound = server.address();
    return bound === null || typeof bound === "string" ? port : bound.port;
  };
  return {
    listenTls(address, port, { certificate, privateKey }) {
      const listener: RequestListener = (request, response) => {
        void answerRequest(gateway, request, response, { host: request.headers.host ?? "", path: request.url ?? "/" });
      };
      return open(createTlsServer({ cert: certificate, key: privateKey }, listener), address, port);
    },
    listenProxy(address, port) {
      const server = createServer((request, response) => void answerProxied(gateway, request, response));
      server.on("connect", (_request, socket) => {
        socket.end(
          `HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${proxyRefusal(provider)}\n`,
        );
      });
      return open(server, address, port);
    },
    async makeLockedBucket({ region, name, days }) {
      const { buckets } = gateway;
      await buckets.create(region, name, { acl: "private", withObjectLock: true });
      const made = await buckets.find(region, name);
      if (made?.record.objectLock?.retention !== null) return;
      await buckets.change({ ...made.record, objectLock: { retention: { mode: "COMPLIANCE", days } } });
    },
    async close() {
      await Promise.all(servers.splice(0).map(close));
    },
  };
}

function proxyRefusal({ domain }: StoreProvider): string {
  return `This proxy of the local cloud serves http:// below ${domain} only. Take it out of HTTP_PROXY for anything else.`;
}

async function answerProxied(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, host = "", path = ""] = /^http:\/\/([^/?]+)(.*)$/is.exec(request.url ?? "") ?? [];
  const [name = ""] = host.toLowerCase().split(":");
  if (!name.endsWith(`.${gateway.provider.domain}`)) {
    gateway.log(`${gateway.provider.name} proxy REFUSED: ${request.method ?? ""} ${host}`);
    response
      .writeHead(403, { "content-type": "text/plain", connection: "close" })
      .end(`${proxyRefusal(gateway.provider)}\n`);
    return;
  }
  await answerRequest(gateway, request, response, { host, path: path.startsWith("/") ? path : `/${path}` });
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `The object store cannot listen on ${address} port ${port}: ${cause.message}. End what has the port.`;
      reject(new Error(message, { cause }));
    });
    server.listen(port, address, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}
