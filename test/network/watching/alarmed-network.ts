import { readFile, writeFile } from "node:fs/promises";
import { execInside } from "../../../local/incus/exec.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { stackFiles } from "../../../local/stack/stack.ts";
import { stackName } from "../../../local/stack/stack-name.ts";
import { vendorNames } from "../../../components/model/vendor-names.ts";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { testRunNumber } from "../cloud.ts";
import { type EngineResult, pulumi } from "../engine.ts";
import { nodeMachine } from "../outage/node.ts";
import { digitaloceanList } from "../vendors.ts";
import type { AlarmServer } from "./alarm-server.ts";
import type { Receivers } from "./watching.ts";

/** Region of the droplet that watches. */
export const watcherRegion = "ams3";

/** The network under test with a droplet that watches it, and five ways to tell of it. */
export interface AlarmedNetwork {
  /** Takes the settings back, and the droplet away. Rejects with the engine's words when it fails. */
  end(): Promise<void>;
}

/** Has the network under test watched as docs/watching.md says: settings and secrets by `pulumi config`, then `pulumi up`. */
export async function alarmNetwork(server: AlarmServer, receivers: Receivers, peer: string): Promise<AlarmedNetwork> {
  const { configFile } = stackFiles(runNumbered(Number(testRunNumber())));
  const before = await readFile(configFile, "utf8");
  const { chat, phone } = receivers.secrets;
  const [chatWay, phoneWay] = receivers.ways;
  const { port, user, password } = server.smtp;
  const mail = { from: "watch@example.net", to: ["me@example.com"] };
  const ways: readonly Way[] = [
    { plain: { ...chatWay }, secret: { ...chat } },
    { plain: { ...phoneWay }, secret: { ...phone } },
    { plain: { name: "mail", type: "smtp", host: server.ipv4, port, user, ...mail }, secret: { password } },
    {
      plain: { name: "post", type: "mail-api", api: "postmark", url: `${server.postsUrl}/email`, ...mail },
      secret: { token: "postmark-token" },
    },
    { plain: { name: "own", type: "webhook" }, secret: { url: `${server.postsUrl}/hook` } },
  ];
  await succeeds(
    "config",
    "set-all",
    "--path",
    ...ways.flatMap(({ plain, secret }, index) => [
      ...flags("--plaintext", index, plain),
      ...flags("--secret", index, secret),
    ]),
    ...["--plaintext", `imera:watcher.region=${watcherRegion}`],
    ...["--plaintext", `imera:watchPeer=${peer}`],
    ...["--plaintext", "imera:watchDailyHour=7"],
    ...["--secret", `imera:deadManSwitch=${server.postsUrl}/switch`],
  );
  await succeeds("up", "--yes");
  return {
    end: async () => {
      await writeFile(configFile, before, { mode: 0o600 });
      await succeeds("up", "--yes");
    },
  };
}

interface Way {
  readonly plain: object;
  readonly secret: object;
}

/** Writes fields of a way as arguments: `--plaintext imera:alarms[0].to[0]=me@example.com`. Null is left to the default. */
function flags(kind: "--plaintext" | "--secret", index: number, fields: object): string[] {
  return Object.entries(fields as Record<string, string | number | null | readonly string[]>).flatMap(
    ([name, value]) => {
      const field = `imera:alarms[${index}].${name}`;
      if (value === null) return [];
      const values =
        typeof value === "object" ? value.map((item, at) => `${field}[${at}]=${item}`) : [`${field}=${value}`];
      return values.flatMap((each) => [kind, each]);
    },
  );
}

async function succeeds(...args: string[]): Promise<EngineResult> {
  const result = await pulumi(...args);
  if (result.exitCode !== 0) {
    throw new Error(`pulumi ${args[0] ?? ""} ended with ${result.exitCode}:\n${result.output}`);
  }
  return result;
}

/** Resolves when the droplet that watches and the node have seen everything work. */
export async function watchersSeeAllWell(): Promise<void> {
  await watchersSay(/^all \d+ subjects work$/m);
}

/** Resolves when the logs of the droplet that watches and of the node's own watcher have these words. */
export async function watchersSay(words: RegExp): Promise<void> {
  const log = "journalctl --unit imera-watch --output cat --no-pager";
  const node = await nodeMachine();
  for (const run of [onWatcher, (command: string) => node.shell(command)]) {
    const probe = async () => {
      const said = await run(log);
      return words.test(said) ? { value: true } : notYet(said);
    };
    await waitUntil({ what: `a watcher to say ${words.source}`, probe, intervalMs: 1_000, timeoutMs: 180_000 });
  }
}

/** Has a watcher on the droplet say its daily line, as one that is named `daily` and starts five seconds before the hour. */
export async function sayDailyLine(): Promise<void> {
  await onWatcher(
    `mkdir -p /run/daily && cp /etc/imera/watch-secrets.json /run/daily && timeout 20 python3 -B -c '${daily}' || test $? = 124`,
  );
}

/** Runs a shell command as root on the droplet that watches; rejects when it fails, or when there is no such droplet. */
export async function onWatcher(command: string): Promise<string> {
  const droplets = (await digitaloceanList("droplets")) as { id: number; tags: readonly string[] }[];
  const droplet = droplets.find(({ tags }) => tags.includes(vendorNames(stackName).watcher));
  if (droplet === undefined) throw new Error("no droplet watches");
  const run = runNumbered(Number(testRunNumber()));
  return execInside(run, `${run.name}-droplet-${droplet.id}`, ["bash", "-c", command], { timeoutMs: 60_000 });
}

const daily = `import json, pathlib, sys
sys.path.insert(0, "/usr/local/lib/imera")
from watcher import commands, notification
given = json.loads(pathlib.Path("/etc/imera/watch.json").read_text())
pathlib.Path("/run/daily/watch.json").write_text(json.dumps({**given, "eye": "daily", "heartbeats": []}))
waits = iter([5.0])
notification.seconds_until = lambda hour, at: next(waits, 3600.0)
sys.exit(commands.main(["/run/daily"], ""))`;
