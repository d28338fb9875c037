import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stackFiles } from "../../local/stack/stack.ts";
import type { RunningCloud } from "../../local/run/running-cloud.ts";
import { nodeStepsOf } from "../../scripts/rebuild/timeline.ts";
import { parseEngineLine } from "../../toolchain/engine/events.ts";
import { engineLog } from "../../toolchain/engine/session.ts";
import { adminAccount } from "../network/accounts.ts";
import { logInWithSlixmpp } from "../network/chat-client.ts";
import { clientMachine } from "../network/client-machine.ts";
import { runningCloud } from "../network/cloud.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { floorRows, measureFloor } from "./floor.ts";
import { type Measurement, ratio, seconds, timed } from "./table.ts";

/**
 * The time from nothing to the first login in a cloud that is up, beside its floor: booting a bare machine and a bare
 * `apt-get install` of the same packages on it.
 */
export async function measureFirstLogin(cloud: RunningCloud): Promise<Measurement[]> {
  const floor = await measureFloor(cloud);
  const up = await timed(() => bringNetworkUp(cloud.run.number));
  const login = await timed(logIn);
  const whole = up + login;
  return [
    ...floorRows(floor),
    { what: "`npm run local` in a cloud that is up, to its end", value: seconds(up) },
    ...(await stepsOnTheNode(cloud)),
    { what: "first login by slixmpp after that", value: seconds(login) },
    ratio("first login beside its floor", whole, floor.boot + floor.install, 1.5),
  ];
}

/** Times that the node itself tells: the steps of `converge`, of which the certificate runs beside the others. */
async function stepsOnTheNode({ run }: RunningCloud): Promise<Measurement[]> {
  const lines = (await readFile(engineLog(stackFiles(run)), "utf8")).split("\n");
  const events = lines.map((line) => parseEngineLine(line, 0)).filter((event) => event !== undefined);
  return nodeStepsOf(events).map(({ step, seconds: time }) => ({
    what: `of which the node's step \`${step}\``,
    value: seconds(time * 1000),
  }));
}

/** Brings the network up in a cloud that is up: `npm run local`, given the run's number. */
export async function bringNetworkUp(run: number): Promise<void> {
  const args = [join(repositoryRoot, "scripts/local.ts"), "up", "--run", String(run)];
  await execa(process.execPath, args, { cwd: repositoryRoot, stdio: "inherit" });
}

async function logIn(): Promise<void> {
  const cloud = await runningCloud();
  await using machine = await clientMachine(cloud);
  await using client = await logInWithSlixmpp(machine, adminAccount(cloud));
  process.stderr.write(`logged in as ${client.jid}\n`);
}
