import { afterEach, describe, expect, it } from "vitest";
import { networkUnderTest } from "./network-under-test.ts";
import { type Health, healthIs, isServing, type NodeMachine, nodeMachine } from "./node.ts";
import {
  databaseFolder,
  dataMountPoint,
  postgresqlVersion,
  uploadDirectory,
} from "../../../components/model/node-facts.ts";

const network = networkUnderTest();
/** File among the uploads that takes the last space for users. */
const lastUpload = `${uploadDirectory}/ballast`;
/** File that takes the last space for root. */
const lastBlock = `${dataMountPoint}/ballast-last`;
/** File that takes most of the space before. Among the uploads it would be backed up, and stay on the disk so long. */
const bulk = `${dataMountPoint}/ballast`;
const removeAll = `rm --force ${lastUpload} ${lastBlock} ${bulk}`;
const as = (user: string) => `setpriv --reuid ${user} --regid ${user} --init-groups --reset-env`;

afterEach(async () => {
  const node = await nodeMachine();
  await node.shell(removeAll);
  await isServing(node, 120_000);
});

describe("a volume that uploads fill", () => {
  it("is told before and while, and stops no message", async () => {
    const node = await nodeMachine();
    await using client = await network.current.sendNumbers("volume full of uploads");
    await client.acknowledges(10, 60_000);

    await node.shell(leaveFree(300));
    const before = await healthIs(node, "health to say that space runs out", isDiskLow, 30_000);
    expect(before).toMatchObject({ healthy: false, serving: true });

    await node.shell(fillAs("ejabberd", lastUpload), { timeoutMs: 120_000 });
    const kibibytes = `df --output=avail --block-size=1K ${dataMountPoint} | tail --lines 1`;
    expect(Number(await node.shell(kibibytes))).toBeLessThan(1024);
    await client.acknowledges(50, 60_000);
    const full = await healthIs(node, "health to say that the volume is full", isDiskLow, 30_000);
    expect(full).toMatchObject({ healthy: false, serving: true });

    await node.shell(removeAll);
    await client.acknowledges(10, 60_000);
    await expectIntactDatabase(node);
    await network.current.expectNothingLost(client);
  });
});

describe("a volume without a single block left", () => {
  it("breaks nothing, not even when the database is killed on it", async () => {
    const node = await nodeMachine();
    await using client = await network.current.sendNumbers("before the last block");
    await client.acknowledges(10, 60_000);
    await network.current.expectNothingLost(client);

    // The backup may hold the upload of before, and would give its space back in the middle. Twice: one may be under way.
    await node.shell("systemctl start imera-backup-files && systemctl start imera-backup-files", {
      timeoutMs: 120_000,
    });
    await node.shell(leaveFree(300));
    await node.shell(fillAs("root", lastBlock), { timeoutMs: 120_000 });
    await expect(node.shell(`cd / && ${as("postgres")} psql --quiet --command "${newTable}" ejabberd`)).rejects.toThrow(
      /No space left/,
    );
    await node.shell(`kill -KILL $(head --lines 1 ${databaseFolder}/postmaster.pid)`);
    await healthIs(node, "health to say that the volume is full", isDiskLow, 60_000);

    await node.shell(removeAll);
    await isServing(node, 120_000);
    await expectIntactDatabase(node);
    await using later = await network.current.sendNumbers("after the last block");
    await later.acknowledges(10, 60_000);
    await network.current.expectNothingLost(later);
  });
});

function isDiskLow({ checks }: Health): boolean {
  return checks.some(({ name, ok }) => name === "disk" && !ok);
}

/** A shell command that leaves so much space free for everyone but the database, in MiB. */
function leaveFree(mebibytes: number): string {
  const free = `$(df --output=avail --block-size=1M ${dataMountPoint} | tail --lines 1)`;
  return `fallocate --length $((${free} - ${mebibytes}))M ${bulk}`;
}

/** A shell command that writes as this user until there is no space for that user any more. */
function fillAs(user: string, file: string): string {
  return `${as(user)} dd if=/dev/zero of=${file} bs=1M status=none 2>/dev/null; test $? = 1`;
}

/** More rows than there is room for. */
const newTable = "CREATE TABLE filler AS SELECT generate_series(1, 20000000)";

/** Every page of every table is read with its checksum, and every index compared with its table; throws at a difference. */
async function expectIntactDatabase(node: NodeMachine): Promise<void> {
  const check = `/usr/lib/postgresql/${postgresqlVersion}/bin/pg_amcheck --install-missing=pg_catalog --heapallindexed ejabberd`;
  await node.shell(`cd / && ${as("postgres")} ${check}`, { timeoutMs: 300_000 });
}
