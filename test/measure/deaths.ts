import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import { runningCloud } from "../network/cloud.ts";
import { startPeer } from "../network/peer.ts";
import { startAlarmServer } from "../network/watching/alarm-server.ts";
import {
  type Alarm,
  openReceivers,
  type Receivers,
  type WatcherFiles,
  watcherFiles,
} from "../network/watching/watching.ts";
import { deaths, type Death } from "./death-list.ts";
import { median, type Measurement, seconds } from "./table.ts";

const goalSeconds = 10;

/**
 * Measures the time from each death to its alarm by both ways, in a local cloud that runs. Each has a watcher of its own, which
 * remembers nothing: otherwise it would call what dies again and again unstable. only: a text that the names of the wanted deaths have.
 */
export async function measureDeaths(only: string): Promise<Measurement[]> {
  await using made = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "imera-deaths-"));
  made.defer(() => rm(directory, { recursive: true }));
  const cloud = await runningCloud();
  await using peer = await startPeer(directory, cloud);
  await using server = await startAlarmServer();
  await using receivers = await openReceivers(cloud, peer, server);
  const found: { readonly death: Death; readonly times: Times }[] = [];
  for (const death of deaths(cloud.status.domain).filter(({ what }) => what.includes(only))) {
    await using files = await watcherFiles(cloud, receivers);
    const times = await die(death, files, receivers);
    process.stdout.write(`${death.what}: ${times.chat.toFixed(1)} s, ${times.ntfy.toFixed(1)} s: ${times.title}\n`);
    found.push({ death, times });
  }
  return [...found.map(({ death, times }) => measurement(death, times)), ...summary(found)];
}

/** Seconds from a death to its alarm by each way, and the alarm's headline. */
interface Times {
  readonly chat: number;
  readonly ntfy: number;
  readonly title: string;
}

async function die(death: Death, files: WatcherFiles, receivers: Receivers): Promise<Times> {
  await using watcher = await files.start();
  await watcher.seesAllWell();
  const before = await receivers.received();
  const counts = { chat: before.chat.length, ntfy: before.ntfy.length };
  try {
    const at = await death.happens();
    const alarms = await waitUntil({
      what: `an alarm after: ${death.what}`,
      probe: async () => {
        const now = await receivers.received();
        const [chat, ntfy] = [firstAlarm(now.chat.slice(counts.chat)), firstAlarm(now.ntfy.slice(counts.ntfy))];
        return chat === undefined || ntfy === undefined ? notYet(watcher.log()) : { value: { chat, ntfy } };
      },
      intervalMs: 200,
      timeoutMs: 120_000,
    });
    const title = alarms.chat.text.split("\n")[0] ?? "";
    return { chat: alarms.chat.at - at, ntfy: alarms.ntfy.at - at, title };
  } finally {
    await death.over();
  }
}

/** The end of an earlier trouble may come late. */
function firstAlarm(told: readonly Alarm[]): Alarm | undefined {
  return told.find(({ text }) => !/^[^\n]*: over: /.test(text));
}

function measurement({ what, stopsUsers }: Death, { chat, ntfy }: Times): Measurement {
  const worst = Math.max(chat, ntfy);
  const goal = { text: `at most ${goalSeconds} s`, met: worst <= goalSeconds };
  return { what, value: `${seconds(chat * 1000)}, ${seconds(ntfy * 1000)}`, ...(stopsUsers ? { goal } : {}) };
}

function summary(found: readonly { readonly death: Death; readonly times: Times }[]): Measurement[] {
  const urgent = found.filter(({ death }) => death.stopsUsers).flatMap(({ times }) => [times.chat, times.ntfy]);
  if (urgent.length === 0) return [];
  const worst = Math.max(...urgent);
  return [
    { what: "median of what stops users", value: seconds(median(urgent) * 1000) },
    {
      what: "worst of what stops users",
      value: seconds(worst * 1000),
      goal: { text: `at most ${goalSeconds} s`, met: worst <= goalSeconds },
    },
  ];
}
