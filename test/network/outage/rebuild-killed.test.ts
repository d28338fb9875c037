import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { notYet, notYetOn, waitUntil } from "../../../host/wait-until.ts";
import { runningPid } from "../../../host/process.ts";
import { readIfThere } from "../../../host/read-if-there.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { enginePid } from "../../../toolchain/engine/session.ts";
import { testRunNumber } from "../cloud.ts";
import { isCommandFailure } from "../../../local/incus/exec.ts";
import { digitaloceanList } from "../vendors.ts";
import { missingFromArchive, recordAcknowledged } from "./ledger.ts";
import { loseDropletAndVolume } from "./loss.ts";
import { takeInventory } from "./inventory.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";
import { backUpNow, readyAtMs, rebuildNetwork, startOperatorCommand } from "./operator.ts";
import { watchPorts } from "./port-watch.ts";

const network = networkUnderTest();

/** A moment of a rebuild, and how it shows. */
interface Moment {
  readonly name: string;
  readonly hasCome: () => boolean | Promise<boolean>;
}

const moments: readonly Moment[] = [
  { name: "it looks what is gone", hasCome: () => engineIsAt("refresh") },
  { name: "the droplet is made", hasCome: async () => (await digitaloceanList("droplets")).length > 0 },
  { name: "the node is set up", hasCome: () => onNode("test -e /etc/imera/node.json") },
  {
    name: "the database is restored",
    hasCome: () => onNode("systemctl is-active imera-recovery-restore imera-recovery-postgresql"),
  },
  { name: "the node is proved", hasCome: () => onNode("systemctl is-active ejabberd") },
];

const enginePidFile = enginePid({ workFolder: runNumbered(Number(testRunNumber())).files.stack });

/** Says whether the engine is running this command on the stack. */
async function engineIsAt(command: string): Promise<boolean> {
  const pid = await runningPid(enginePidFile);
  if (pid === undefined) return false;
  const commandLine = (await readIfThere(`/proc/${pid}/cmdline`)) ?? "";
  return commandLine.split("\0").includes(command);
}

async function onNode(command: string): Promise<boolean> {
  if ((await digitaloceanList("droplets")).length === 0) return false;
  const node = await nodeMachine();
  return (await node.shell(`if ${command} >/dev/null 2>&1; then echo yes; fi`)) === "yes";
}

/** Kills a rebuild, with all that it started in its process group, at a moment. */
async function killAt({ name, hasCome }: Moment): Promise<void> {
  const rebuild = startOperatorCommand("rebuild", "--yes");
  let output = "";
  rebuild.all.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(rebuild, "exit");
  await waitUntil({
    what: `the moment when ${name}`,
    // A node that boots has no shell yet.
    probe: notYetOn(isCommandFailure, async () => {
      if (rebuild.exitCode !== null) throw new Error(`rebuild ended before ${name}:\n${output}`);
      return (await hasCome()) ? { value: true } : notYet(output.slice(-300));
    }),
    intervalMs: 100,
    timeoutMs: 300_000,
  });
  if (rebuild.pid === undefined) throw new Error("rebuild never started");
  process.kill(-rebuild.pid, "SIGKILL");
  await ended;
}

describe("a rebuild that is killed", () => {
  it("goes on where it was when it is run again, whatever it was at, and ends well", async () => {
    const { machine, filling } = network.current;
    await using client = await network.current.sendNumbers("before the killed rebuild");
    await client.acknowledges(10, 60_000);
    const all = await recordAcknowledged(await client.finish());
    await backUpNow();
    const old = await nodeMachine();
    await loseDropletAndVolume(old);
    const watch = watchPorts(old.publicIpv4);

    for (const moment of moments) await killAt(moment);
    const report = await rebuildNetwork();

    const openings = await watch.stop();
    expect(openings.filter(({ at }) => at < readyAtMs(report))).toEqual([]);
    expect(await digitaloceanList("volumes")).toHaveLength(1);
    await isServing(await nodeMachine(), 60_000);
    expect(await missingFromArchive(machine, filling, all)).toEqual([]);
    expect(await takeInventory(machine, filling)).toEqual(filling.inventory);
  });
});
