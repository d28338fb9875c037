import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { type Client, jid, xml } from "@xmpp/client";
import { messageOf } from "../../host/error.ts";
import { networkCommandLine } from "../../host/terminal/advice.ts";
import { type ExaminedNetwork, stepLimitMs } from "../doctor/examined-network.ts";
import { onNode } from "../doctor/on-node.ts";
import { answerTo, conditionOf, type Stanza } from "../probes/iq.ts";
import { findServers, probeServers, type FoundServer } from "./other-server.ts";
import { readStreamLog, reasonIn } from "./stream-log.ts";

/** Step of a message's way, and what was seen of it. */
export interface TraceStep {
  readonly name: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly seconds: number;
  /** Command or advice where the way ends here; empty otherwise. */
  readonly next: string;
}

/** Way of one message, as far as it came. */
export interface Trace {
  readonly from: string;
  readonly to: string;
  readonly arrived: boolean;
  readonly steps: readonly TraceStep[];
}

/** Follows one message from the network's own account to an address, step by step, until one fails. */
export async function traceMessage(network: ExaminedNetwork, to: string): Promise<Trace> {
  const { domain } = jid(to);
  const isOwn = domain === network.outputs.domain;
  const steps: TraceStep[] = [];
  let servers: readonly FoundServer[] = [];
  let client: Client | undefined;
  let from = "";
  const sender = () => client ?? stop("there is no session", "");
  const way: [string, () => Promise<string>][] = [
    ["login", async () => ({ client, jid: from } = await logIn(network)).jid],
    ...(isOwn
      ? []
      : ([
          ["names", async () => namesOf((servers = await findServers(network.access, domain)))],
          ["TLS", () => probeServers(servers, domain, network.trusted)],
          ["streams", () => pingServer(network, sender(), domain)],
        ] satisfies [string, () => Promise<string>][])),
    ["message", () => sendMessage(network, sender(), to)],
    ["archive", () => findInArchive(sender(), to)],
  ];
  for (const [name, work] of way) {
    const step = await run(name, work);
    steps.push(step);
    if (!step.ok) break;
  }
  return { from, to, arrived: steps.every(({ ok }) => ok), steps };
}

/** End of the way: what was seen, and what to do. */
class Stopped extends Error {
  override readonly name = "Stopped";
  readonly next: string;

  constructor(seen: string, next: string) {
    super(seen);
    this.next = next;
  }
}

function stop(seen: string, next: string): never {
  throw new Stopped(seen, next);
}

async function run(name: string, work: () => Promise<string>): Promise<TraceStep> {
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 100) / 10;
  try {
    const seen = await work();
    return { name, ok: true, seen, seconds: seconds(), next: "" };
  } catch (error) {
    const next = error instanceof Stopped ? error.next : "";
    return { name, ok: false, seen: messageOf(error), seconds: seconds(), next };
  }
}

async function logIn(network: ExaminedNetwork) {
  return network
    .login()
    .catch((error: unknown) => stop(messageOf(error), networkCommandLine("doctor", network.access)));
}

function namesOf(servers: readonly FoundServer[]): string {
  return servers.map(({ host, port, addresses }) => `${host}:${port} (${addresses.join(", ")})`).join("; ");
}

/** Asks the other server for a sign of life: both servers' streams come about for it. */
async function pingServer(network: ExaminedNetwork, client: Client, domain: string): Promise<string> {
  const answer = await answerTo(client, "get", domain, xml("ping", { xmlns: "urn:xmpp:ping" }), streamLimitMs).catch(
    (error: unknown) => messageOf(error),
  );
  const log = await readStreamLog(network, domain);
  const condition = typeof answer === "string" ? answer : conditionOf(answer);
  const isOurs = typeof answer === "string" || condition?.startsWith("remote-server-") === true;
  if (isOurs) {
    const why = reasonIn(log) ?? "the log of the node names no reason";
    return stop(
      `${domain} was not reached: ${condition ?? ""}. ${why}`,
      onNode(network, `grep -F '${domain}' /var/log/ejabberd/ejabberd.log | tail -n 20`),
    );
  }
  const how = log.find((line) => /Accepted outbound s2s/.test(line))?.replace(/^.*?Accepted/, "accepted");
  return `${domain} answers; ${how ?? "by streams that were open before"}`;
}

/** A first stream to another server takes DNS, TLS and two certificates. */
const streamLimitMs = 15_000;

async function sendMessage(network: ExaminedNetwork, client: Client, to: string): Promise<string> {
  const id = randomUUID();
  sentIds.set(client, id);
  const { promise, resolve } = Promise.withResolvers<Stanza>();
  const listen = (stanza: Stanza) => {
    if (stanza.name === "message" && stanza.attrs.id === id && stanza.attrs.type === "error") resolve(stanza);
  };
  client.on("stanza", listen);
  try {
    const body = xml("body", {}, `A test by the administrator of ${network.outputs.domain}: npm run trace`);
    await client.send(xml("message", { to, id, type: "chat" }, body));
    const refusal = await Promise.race([promise, sleep(bounceMs)]);
    if (refusal === undefined) return `taken; nothing came back within ${bounceMs / 1000} s`;
    const condition = conditionOf(refusal) ?? "an error without a condition";
    const { domain } = jid(to);
    return stop(`${String(refusal.attrs.from)} sent it back: ${condition}`, `ask whether ${to} exists at ${domain}`);
  } finally {
    client.off("stanza", listen);
  }
}

/** Another server takes a moment to look whether there is such an account. */
const bounceMs = 3_000;
const sentIds = new WeakMap<Client, string>();

async function findInArchive(client: Client, to: string): Promise<string> {
  const own = String(client.jid?.bare());
  const found: string[] = [];
  const listen = (stanza: Stanza) => {
    const forwarded = stanza.getChild("result", "urn:xmpp:mam:2")?.getChild("forwarded")?.getChild("message");
    if (forwarded !== undefined) found.push(String(forwarded.attrs.id));
  };
  const field = (name: string, value: string) => xml("field", { var: name }, xml("value", {}, value));
  const form = xml(
    "x",
    { xmlns: "jabber:x:data", type: "submit" },
    field("FORM_TYPE", "urn:xmpp:mam:2"),
    field("with", String(jid(to).bare())),
  );
  const last = xml("set", { xmlns: "http://jabber.org/protocol/rsm" }, xml("max", {}, "10"), xml("before"));
  client.on("stanza", listen);
  try {
    const query = xml("query", { xmlns: "urn:xmpp:mam:2" }, form, last);
    const answer = await answerTo(client, "set", own, query, stepLimitMs);
    const condition = conditionOf(answer);
    if (condition !== undefined) return stop(`the archive was not read: ${condition}`, "");
    if (found.includes(sentIds.get(client) ?? "")) return `it is in the archive of ${own}`;
    return stop(`it is not in the archive of ${own}`, "");
  } finally {
    client.off("stanza", listen);
  }
}
