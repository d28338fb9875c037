import { afterAll, describe, expect, it } from "vitest";
import { resumeObjectStore, stopObjectStore } from "../../../local/object-store/outage.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { testRunNumber } from "../cloud.ts";
import { pulumi } from "../engine.ts";
import { takeInventory } from "./inventory.ts";
import { missingFromArchive, recordAcknowledged } from "./ledger.ts";
import { loseDropletAndVolume } from "./loss.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { type NodeMachine, nodeMachine } from "./node.ts";
import { type Damage, flipBytes, loseObject, storedObjects, storeListing } from "./object-store.ts";
import { backUpNow, operatorCommand, readyAtMs, rebuildNetwork } from "./operator.ts";
import { watchPorts } from "./port-watch.ts";
import { databaseFolder } from "../../../components/model/node-facts.ts";

const network = networkUnderTest();
const run = runNumbered(Number(testRunNumber()));
const passphrase = "imera:backupPassphrase";
/** Message of the node about a backup of the database that pgBackRest does not restore. */
const cannotRestore = /the backup \S+ could not be restored; nothing was changed/;
const undoLater: Damage[] = [];
afterAll(async () => {
  await resumeObjectStore(run);
  for (const damage of undoLater) await damage.undo();
});

/** Runs what decides where a node's data comes from, and resolves to its refusal. */
async function refusalOf(node: NodeMachine): Promise<string> {
  return node.shell("/usr/local/lib/imera/converge 2>&1; test $? != 0", { timeoutMs: 300_000 });
}

/** Neither the store nor the volume has anything that was not there before. */
async function expectNothingWritten(node: NodeMachine, listing: readonly string[]): Promise<void> {
  expect(await storeListing()).toEqual(listing);
  await node.shell(`test ! -e ${databaseFolder}`);
  expect(await node.shell("systemctl show --property ActiveState --value ejabberd")).toBe("inactive");
}

describe("a new node without data whose backup cannot be used", () => {
  it("refuses, says why and what to do, changes nothing, and goes on once the cause is gone", async () => {
    const { machine, filling } = network.current;
    await using client = await network.current.sendNumbers("before the damage");
    await client.acknowledges(10, 60_000);
    const all = await recordAcknowledged(await client.finish());
    await backUpNow();
    const old = await nodeMachine();
    await loseDropletAndVolume(old);
    const listing = await storeListing();
    const watch = watchPorts(old.publicIpv4);

    const right = await secretOf(passphrase);
    await setSecret(passphrase, "not-the-passphrase-that-it-was-made-with");
    const wrongPassphrase = await operatorCommand("rebuild", "--yes");
    expect(wrongPassphrase.exitCode).not.toBe(0);
    expect(wrongPassphrase.output).toMatch(/imera:backupPassphrase: is another one than the backups/);
    await setSecret(passphrase, right);
    expect(await storeListing()).toEqual(listing);

    const [database] = await storedObjects("postgresql/backup/imera/");
    if (database === undefined) throw new Error("the store has no backup of the database");
    const flipped = await flipBytes(database);
    undoLater.push(flipped);
    const damaged = await operatorCommand("rebuild", "--yes");
    expect(damaged.exitCode).not.toBe(0);
    expect(damaged.output).toMatch(cannotRestore);
    const node = await nodeMachine();
    await expectNothingWritten(node, listing);
    await flipped.undo();

    const lost = await loseObject(database);
    undoLater.push(lost);
    expect(await refusalOf(node)).toMatch(cannotRestore);
    await expectNothingWritten(node, listing);
    await lost.undo();
    undoLater.length = 0;

    await stopObjectStore(run);
    expect(await refusalOf(node)).toMatch(/backup store answers/);
    await resumeObjectStore(run);
    await expectNothingWritten(node, listing);

    const report = await rebuildNetwork();
    expect(report.recoveries).toMatchObject([{ outcome: "backup", verified: true }]);
    expect((await watch.stop()).filter(({ at }) => at < readyAtMs(report))).toEqual([]);
    expect(await missingFromArchive(machine, filling, all)).toEqual([]);
    expect(await takeInventory(machine, filling)).toEqual(filling.inventory);
  });
});

async function secretOf(name: string): Promise<string> {
  const { exitCode, output } = await pulumi("config", "get", name);
  if (exitCode !== 0) throw new Error(output);
  return output.trim().split("\n").at(-1) ?? "";
}

async function setSecret(name: string, value: string): Promise<void> {
  const { exitCode, output } = await pulumi("config", "set", "--secret", name, value);
  if (exitCode !== 0) throw new Error(output);
}
