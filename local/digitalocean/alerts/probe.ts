import { Resolver } from "node:dns/promises";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { TLSSocket } from "node:tls";
import { execa } from "execa";
import type { PostJson } from "./tell.ts";
import type { Probe } from "./uptime.ts";

/** Ways from the local cloud to what is looked at and told. */
export interface Outlook {
  /**
   * Address that is looked from, where the DNS server answers too: `10.99.1.1`. Without it the kernel takes a link-local one, which
   * services on droplets refuse.
   */
  readonly address: string;
  /** Reads the certificates of the authorities that are trusted, in PEM. */
  readonly readTrust: () => Promise<string[]>;
}

const timeoutMs = 5000;

/** Makes the probe that looks over the network: by one echo request, or by one GET. */
export function createProbe(outlook: Outlook): Probe {
  return async ({ type, target }) => {
    const startMs = performance.now();
    const latencyMs = () => Math.round(performance.now() - startMs);
    if (type === "ping") {
      const address = await addressOf(outlook, target);
      const { exitCode } = await execa("ping", ["-c", "1", "-W", "2", "-I", outlook.address, address], {
        reject: false,
        timeout: timeoutMs,
      });
      if (exitCode !== 0) throw new Error(`${target}: no answer to a ping`);
      return { latencyMs: latencyMs(), detail: "answers" };
    }
    const { status, certificateEndsMs } = await send(outlook, new URL(target), undefined);
    if (status < 200 || status >= 400) throw new Error(`${target}: HTTP status ${status}`);
    const ends = certificateEndsMs === undefined ? {} : { certificateEndsMs };
    return { latencyMs: latencyMs(), detail: `HTTP status ${status}`, ...ends };
  };
}

/** Makes what posts JSON over the network. Its promise rejects where the other side does not take it. */
export function createPostJson(outlook: Outlook): PostJson {
  return async (url, body) => {
    const { status } = await send(outlook, new URL(url), JSON.stringify(body));
    if (status < 200 || status >= 300) throw new Error(`HTTP status ${status}`);
  };
}

interface Answer {
  readonly status: number;
  readonly certificateEndsMs: number | undefined;
}

async function send(outlook: Outlook, url: URL, body: string | undefined): Promise<Answer> {
  const host = await addressOf(outlook, url.hostname);
  const options = {
    host,
    localAddress: outlook.address,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname + url.search,
    method: body === undefined ? "GET" : "POST",
    headers: { host: url.host, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    timeout: timeoutMs,
  };
  const isTls = url.protocol === "https:";
  const tls = { servername: url.hostname, ca: await outlook.readTrust(), agent: new Agent({ keepAlive: false }) };
  const sent = isTls ? httpsRequest({ ...options, ...tls }) : httpRequest(options);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once("response", resolve).once("error", reject);
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.end(body);
  });
  const ends = response.socket instanceof TLSSocket ? response.socket.getPeerCertificate().valid_to : undefined;
  response.resume();
  return { status: response.statusCode ?? 0, certificateEndsMs: ends === undefined ? undefined : Date.parse(ends) };
}

async function addressOf({ address: nameServer }: Outlook, host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([nameServer]);
  const [address] = await resolver.resolve4(host);
  if (address === undefined) throw new Error(`${host}: has no address`);
  return address;
}
