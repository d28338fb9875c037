import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { missingFromArchive } from "./ledger.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";
import { backUpNow, operatorCommand } from "./operator.ts";

const network = networkUnderTest();

describe("a network that is taken back to a point in time", () => {
  it("has all that was there, nothing that came later, and that again where it is taken to a time that was cut off", async () => {
    const { machine, filling, cloud } = network.current;
    const { domain } = cloud.status;
    await backUpNow();
    await using earlier = await network.current.sendNumbers("before the moment");
    await earlier.acknowledges(10, 60_000);
    await network.current.expectNothingLost(earlier);
    const moment = await nextFullSecond();
    await using later = await network.current.sendNumbers("after the moment");
    await later.acknowledges(10, 60_000);
    const undone = await later.finish();
    await (await nodeMachine()).shell(`ejabberdctl register short-lived ${domain} ${randomBytes(12).toString("hex")}`);
    const afterwards = await nextFullSecond();
    expect(await missingFromArchive(machine, filling, undone)).toEqual([]);

    const asked = await operatorCommand("restore", "--to", moment);
    expect(asked.output).toMatch(/[1-9]\d* archived messages[^]*say yes by --yes\. Nothing was changed/);
    await (await nodeMachine()).shell(breakDatabase);
    const listed = await operatorCommand("backup");
    expect(listed).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/\d{8}-\d{6}F[^]*NOT HEALTHY/) as unknown,
    });
    const { exitCode, output } = await operatorCommand("restore", "--to", moment, "--yes");
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/How many is unknown[^]*rm -r \/srv\/imera\/postgresql\/17\/main\.before-/);

    await isServing(await nodeMachine(), 60_000);
    expect(await missingFromArchive(machine, filling, undone)).toEqual(undone);

    const cutOff = await operatorCommand("restore", "--to", afterwards, "--yes");
    expect(cutOff.exitCode, cutOff.output).toBe(0);
    expect(cutOff.output).toMatch(/before the restore or rebuild of[^]*removed accounts +short-lived@/);
    await isServing(await nodeMachine(), 60_000);
    expect(await missingFromArchive(machine, filling, undone)).toEqual([]);
    await (await nodeMachine()).shell(`ejabberdctl unregister short-lived ${domain}`);
    await using again = await network.current.sendNumbers("after the restores");
    await again.acknowledges(10, 60_000);
    await network.current.expectNothingLost(again);
  });
});

const breakDatabase = [
  "systemctl stop postgresql@17-main",
  "rm /srv/imera/postgresql/17/main/global/pg_control",
  "echo 'port = = 5432' >> /etc/postgresql/17/main/postgresql.conf",
].join(" && ");

/** Resolves to that second, RFC 3339, once it is over: the command takes no fractions. */
async function nextFullSecond(): Promise<string> {
  const moment = Math.ceil(Date.now() / 1000) * 1000;
  return waitUntil({
    what: "the second to be over",
    probe: () =>
      Promise.resolve(
        Date.now() > moment + 1000
          ? { value: new Date(moment).toISOString().replace(".000", "") }
          : notYet("it is not"),
      ),
    intervalMs: 100,
    timeoutMs: 5_000,
  });
}
