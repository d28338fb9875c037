import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { newAccount } from "../network/accounts.ts";
import type { Account } from "../network/chat-client.ts";
import { type ClientMachine, clientMachine } from "../network/client-machine.ts";
import type { OwnMessagesOrder } from "../network/clients/own-messages.ts";
import { runningCloud } from "../network/cloud.ts";
import { pulumi } from "../network/engine.ts";
import { ask } from "../network/outage/client-program.ts";
import { startPeer } from "../network/peer.ts";
import { startAlarmServer } from "../network/watching/alarm-server.ts";
import { alarmNetwork, watchersSeeAllWell } from "../network/watching/alarmed-network.ts";
import { openReceivers } from "../network/watching/watching.ts";
import { medianAndLongest, type Measurement } from "./table.ts";

const people = 8;
const roundSeconds = 30;

/**
 * Alarms of a network that is well, on which people write as fast as they get answers, and a setting is changed by `pulumi up` after
 * half of the time: in a local cloud that runs, watched by a droplet and by its node. Each of them is false.
 */
export async function measureQuiet(minutes: number): Promise<Measurement[]> {
  await using made = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "imera-quiet-"));
  made.defer(() => rm(directory, { recursive: true }));
  const cloud = await runningCloud();
  const peer = made.use(await startPeer(directory, cloud));
  const server = made.use(await startAlarmServer());
  const receivers = made.use(await openReceivers(cloud, peer, server));
  const machine = made.use(await clientMachine(cloud));
  const accounts: Account[] = [];
  while (accounts.length < people) accounts.push(await newAccount(cloud, machine));
  const network = await alarmNetwork(server, receivers, peer.domain);
  made.defer(() => network.end());
  await watchersSeeAllWell();
  const before = (await receivers.received()).chat.length;

  const writing = Promise.all(accounts.map((account) => write(machine, account, minutes * 60)));
  await Promise.race([writing, sleep(minutes * 30_000)]);
  const change = await changeSetting();
  const times = (await writing).flat();
  const alarms = (await receivers.received()).chat.slice(before).map(({ text }) => text);
  process.stdout.write(alarms.map((text) => `${text}\n\n`).join(""));
  return [
    { what: `messages of ${people} people in ${minutes} min`, value: times.length.toLocaleString("en") },
    { what: "a message, median and longest", value: medianAndLongest(times) },
    { what: "`pulumi up` with a change meanwhile", value: `${change.toFixed(0)} s` },
    { what: "false alarms", value: String(alarms.length), goal: { text: "none", met: alarms.length === 0 } },
  ];
}

/** Writes for some seconds, and logs in again where the server ends the session. Resolves to the time of each message, in ms. */
async function write(machine: ClientMachine, { jid, passwordFile }: Account, seconds: number): Promise<number[]> {
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  const ends = performance.now() + seconds * 1000;
  const times: number[] = [];
  while (performance.now() < ends) {
    const order: OwnMessagesOrder = { login, seconds: Math.min(roundSeconds, (ends - performance.now()) / 1000) };
    // What was written in a round that was cut off is not counted.
    const round = ask(machine, "own-messages.ts", order, 2 * roundSeconds * 1000).catch(() => []);
    times.push(...((await round) as number[]));
  }
  return times;
}

/** Changes a setting that the server is told. Resolves to how long that took, in seconds; rejects with the engine's words. */
async function changeSetting(): Promise<number> {
  const started = performance.now();
  for (const args of [
    ["config", "set", "imera:uploadKeepDays", "91"],
    ["up", "--yes"],
  ]) {
    const { exitCode, output } = await pulumi(...args);
    if (exitCode !== 0) throw new Error(`pulumi ${String(args[0])} ended with ${exitCode}:\n${output}`);
  }
  return (performance.now() - started) / 1000;
}
