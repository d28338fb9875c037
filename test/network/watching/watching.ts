import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { openLocalStack } from "../../../scripts/network/local-stack.ts";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { type Cloud, lookUpAddress, testRunNumber } from "../cloud.ts";
import type { Peer } from "../peer.ts";
import type { AlarmServer } from "./alarm-server.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const library = path.join(root, "components/files/usr/local/lib/imera");
const program = path.join(root, "components/files/usr/local/sbin/imera-watch");

/** Alarm as somebody received it. `at` is in seconds since 1970. */
export interface Alarm {
  readonly at: number;
  readonly text: string;
}

/** Two ways by which alarms come: a chat with an account on another server, and a topic of ntfy. */
export interface Receivers extends AsyncDisposable {
  /** Settings of both ways, for watch.json. */
  readonly ways: readonly object[];
  /** Their secrets, for watch-secrets.json. */
  readonly secrets: Readonly<Record<"chat" | "phone", object>>;
  /** Reads what came by each way so far, oldest first. */
  received(): Promise<{ readonly chat: readonly Alarm[]; readonly ntfy: readonly Alarm[] }>;
}

/** Opens both ways, with somebody who listens at the end of each. */
export async function openReceivers(cloud: Cloud, peer: Peer, server: AlarmServer): Promise<Receivers> {
  const topic = `alarms-${Date.now()}`;
  const sender = await peer.register("alarm");
  const host = await lookUpAddress(cloud, peer.domain);
  const password = async (file: string) => (await readFile(file, "utf8")).trim();
  const given = { domain: peer.domain, host, port: 5222, user: "carol", caFile: cloud.status.caBundle };
  const listener = execa("python3", ["-B", path.join(root, "test/network/watching/receive_messages.py")], {
    input: JSON.stringify({ ...given, password: await password(peer.account.passwordFile) }),
    env: { PYTHONPATH: library },
    reject: false,
    buffer: false,
  });
  const chat: Alarm[] = [];
  let listens = false;
  void collect(listener, ({ at, body }) => {
    listens = true;
    if (body !== undefined) chat.push({ at, text: body });
  });
  await waitUntil({
    what: "somebody to listen at the other server",
    probe: () => Promise.resolve(listens ? { value: true } : notYet("no login yet")),
    intervalMs: 100,
    timeoutMs: 30_000,
  });
  const published: Alarm[] = [];
  const ended = new AbortController();
  void subscribe(`${server.ntfyReadUrl}/${topic}/json`, ended.signal, published);
  return {
    ways: [
      { name: "chat", type: "xmpp", from: sender.jid, to: [peer.account.jid], host: null, port: 5222 },
      { name: "phone", type: "ntfy", server: server.ntfyUrl },
    ],
    secrets: { chat: { password: await password(sender.passwordFile) }, phone: { topic, token: null } },
    received: () => Promise.resolve({ chat, ntfy: published }),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      listener.kill();
      await listener;
    },
  };
}

async function collect(
  listener: AsyncIterable<string>,
  take: (line: { at: number; body?: string }) => void,
): Promise<void> {
  for await (const line of listener) take(JSON.parse(line) as { at: number; body?: string });
}

/** Follows a topic until `signal` says so, also where the server is away meanwhile. */
async function subscribe(url: string, signal: AbortSignal, published: Alarm[]): Promise<void> {
  const known = new Set<string>();
  const isEnded = () => signal.aborted;
  while (!isEnded()) {
    try {
      for await (const said of publications(`${url}?since=all`, signal)) {
        if (said.event !== "message" || known.has(said.id)) continue;
        known.add(said.id);
        published.push({ at: Date.now() / 1000, text: `${said.title}\n\n${said.message}` });
      }
    } catch (error) {
      // The server ends the connection, or refuses one.
      if (!(error instanceof TypeError) && !isEnded()) throw error;
    }
    await sleep(200);
  }
}

/** Line that ntfy sends to a subscriber. */
interface Publication {
  readonly id: string;
  readonly event: string;
  readonly title?: string;
  readonly message?: string;
}

async function* publications(url: string, signal: AbortSignal): AsyncGenerator<Publication> {
  const response = await fetch(url, { signal });
  let rest = "";
  for await (const bytes of response.body ?? []) {
    const lines = (rest + Buffer.from(bytes as Uint8Array).toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Publication;
  }
}

/** Account, where its server is, and to whom it writes. */
export interface Writer {
  readonly jid: string;
  readonly passwordFile: string;
  readonly host: string;
  readonly to: string;
}

/** Writes a message; resolves to the condition by which it was refused, or to null where nothing came back. */
export async function writeTo(cloud: Cloud, { jid, passwordFile, host, to }: Writer): Promise<string | null> {
  const [user, domain] = jid.split("@");
  const given = { user, domain, host, port: 5222, to, caFile: cloud.status.caBundle };
  const { stdout } = await execa("python3", ["-B", path.join(root, "test/network/watching/write_to.py")], {
    input: JSON.stringify({ ...given, password: (await readFile(passwordFile, "utf8")).trim() }),
    env: { PYTHONPATH: library },
  });
  return (JSON.parse(stdout) as { refused: string | null }).refused;
}

/** Watcher that runs on this machine. Disposing it ends it. */
export interface RunningWatcher extends AsyncDisposable {
  /** Output so far. */
  log(): string;
  /** Resolves when everything has worked once. */
  seesAllWell(): Promise<unknown>;
}

/** Files of a watcher, in a folder of their own. Disposing them removes the folder. */
export interface WatcherFiles extends AsyncDisposable {
  readonly folder: string;
  /** Starts a watcher, which goes on from what a former one with these files remembered. */
  start(): Promise<RunningWatcher>;
}

/** Makes the files of a watcher of the network under test, as `npm run watch` makes them, with other ways. */
export async function watcherFiles(
  cloud: Cloud,
  receivers: Pick<Receivers, "ways" | "secrets">,
  changes: { readonly configuration?: object; readonly secrets?: object } = {},
): Promise<WatcherFiles> {
  const access = await openLocalStack(Number(testRunNumber()));
  const { watchElsewhere } = await access.outputs();
  if (watchElsewhere === undefined) throw new Error("the network has no files for a watcher");
  const folder = await mkdtemp(path.join(tmpdir(), "imera-watcher-"));
  const own = {
    resolvers: [cloud.status.dns.address],
    caFile: cloud.status.caBundle,
    ways: receivers.ways,
    ...changes.configuration,
  };
  const configuration = { ...(JSON.parse(watchElsewhere.configuration) as object), ...own };
  const secrets = { ...(JSON.parse(watchElsewhere.secrets) as object), ways: receivers.secrets, ...changes.secrets };
  await writeFile(path.join(folder, "watch.json"), JSON.stringify(configuration));
  await writeFile(path.join(folder, "watch-secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
  return {
    folder,
    start: () => Promise.resolve(startWatcher(folder)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function startWatcher(folder: string): RunningWatcher {
  const running = execa("python3", ["-B", program, folder], { all: true, reject: false, buffer: false });
  let log = "";
  running.all.on("data", (bytes: Buffer) => (log += bytes.toString()));
  return {
    log: () => log,
    seesAllWell: () =>
      waitUntil({
        what: "a watcher to see that all is well",
        probe: () => Promise.resolve(/^all \d+ subjects work$/m.test(log) ? { value: true } : notYet(log)),
        intervalMs: 200,
        timeoutMs: 180_000,
      }),
    [Symbol.asyncDispose]: async () => {
      running.kill();
      await running;
    },
  };
}
