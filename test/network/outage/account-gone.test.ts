import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { listCopy } from "../../../scripts/copy/inventory.ts";
import type { Bucket } from "../../../scripts/object-store/bucket.ts";
import { repositoryRoot } from "../../runner/repository.ts";
import type { ClientMachine } from "../client-machine.ts";
import { daemonSettingsUnderTest } from "../vendors.ts";
import { trustTheMachines } from "./client-program.ts";
import { takeInventory } from "./inventory.ts";
import { missingFromArchive, recordAcknowledged } from "./ledger.ts";
import { loseDropletAndVolume } from "./loss.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { nodeMachine } from "./node.ts";
import { backUpNow, operatorCommand, rebuildNetwork } from "./operator.ts";
import { accountKey, bucketOfCopy, bucketOfNode, destroyBucket, emptyBucket } from "./own-bucket.ts";

const network = networkUnderTest();

describe("a machine that has but the copy's file and key", () => {
  it("copies all backups, and goes on where it was killed", async () => {
    const { machine } = network.current;
    await backUpNow();
    const file = join(machine.directory, "copy.json");
    expect(await operatorCommand("copy", "--write-file", file)).toMatchObject({ exitCode: 0 });
    const before = (await keysOfCopy()).length;
    const copy = await copyOnMachine(machine, file);
    const killed = copy();
    const probe = async () => ((await keysOfCopy()).length > before ? { value: true } : notYet("none has come"));
    await waitUntil({ what: "the first objects of the copy", probe, intervalMs: 20, timeoutMs: 60_000 });
    killed.kill("SIGKILL");
    await expect(killed).rejects.toThrow(/SIGKILL/);
    const cutOff = await keysOfCopy();
    expect(cutOff.filter(isFullBackup)).toEqual([]);
    const { stdout } = await copy();
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true, troubles: [] });
    const whole = await keysOfCopy();
    expect(cutOff.filter((key) => !whole.includes(key))).toEqual([]);
    expect(whole.filter(isFullBackup).length).toBeGreaterThan(0);
  });
});

describe("a network whose node emptied its bucket, and of which then nothing is left in the account", () => {
  it("is rebuilt from the copy at another provider, which nothing of it could touch, with all its data", async () => {
    const { machine, filling } = network.current;
    await using client = await network.current.sendNumbers("account gone");
    await client.acknowledges(10, 60_000);
    const all = await recordAcknowledged(await client.finish());
    await backUpNow();
    expect(await operatorCommand("copy")).toMatchObject({ exitCode: 0 });

    const node = await nodeMachine();
    const own = await bucketOfNode(node);
    for (const key of [own.place.key, await accountKey()]) {
      await expect(listCopy(await bucketOfCopy(key))).rejects.toThrow("InvalidAccessKeyId");
    }
    const copied = await keysOfCopy();
    await emptyBucket(own);
    const refused = await operatorCommand("copy");
    expect(refused.exitCode).toBe(1);
    expect(refused.output).toMatch(/stays what it was[\s\S]*does not have postgresql|stays what it was[\s\S]*is empty/);
    expect(await keysOfCopy()).toEqual(copied);

    await loseDropletAndVolume(node);
    await destroyBucket(own);
    const report = await rebuildNetwork("--from-copy");
    expect(report.recoveries).toMatchObject([{ outcome: "backup", verified: true }]);
    expect(await missingFromArchive(machine, filling, all)).toEqual([]);
    expect(await takeInventory(machine, filling)).toEqual(filling.inventory);

    const again = await bucketOfNode(await nodeMachine());
    expect(again.place.bucket).not.toBe(own.place.bucket);
    expect(await fullBackups(again)).toBeGreaterThan(copied.filter(isFullBackup).length);
    expect(await operatorCommand("copy")).toMatchObject({ exitCode: 0 });
  });
});

/** Makes what starts `npm run copy -- --file` as on a machine of somebody's, with the copy's key in the environment. */
async function copyOnMachine(machine: ClientMachine, file: string) {
  const { copyAccessKey, copySecretKey } = await daemonSettingsUnderTest();
  const environment = {
    ...trustTheMachines,
    COPY_ACCESS_KEY_ID: copyAccessKey,
    COPY_SECRET_ACCESS_KEY: copySecretKey,
  };
  const argv = [join(repositoryRoot, "scripts/copy.ts"), "--file", file, "--json"];
  return () => machine.run(process.execPath, argv, { environment, timeoutMs: 120_000 });
}

async function keysOfCopy(): Promise<string[]> {
  const { copyReaderAccessKey, copyReaderSecretKey } = await daemonSettingsUnderTest();
  const bucket = await bucketOfCopy({ accessKey: copyReaderAccessKey, secretKey: copyReaderSecretKey });
  return [...(await listCopy(bucket)).keys()];
}

async function fullBackups(bucket: Bucket): Promise<number> {
  return [...(await listCopy(bucket)).keys()].filter(isFullBackup).length;
}

function isFullBackup(key: string): boolean {
  return /^postgresql\/backup\/imera\/\d{8}-\d{6}F\/backup\.manifest$/.test(key);
}
