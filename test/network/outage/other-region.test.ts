import { describe, expect, it } from "vitest";
import { recoveryPointSeconds } from "../../../components/model/node-facts.ts";
import { acknowledgedBetween, forget, missingFromArchive, recordAcknowledged } from "./ledger.ts";
import { loseDropletAndVolume } from "./loss.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { messagesPerSecond } from "./numbered.ts";
import { nodeMachine } from "./node.ts";
import { backUpNow, readyAtMs, rebuildNetwork } from "./operator.ts";
import { watchPorts } from "./port-watch.ts";
import { takeInventory } from "./inventory.ts";

const network = networkUnderTest();
/** Time that a loss of droplet and volume may cost at most. */
const mayBeLostMs = recoveryPointSeconds * 1000;

describe("a droplet and its volume that were deleted", () => {
  it("are rebuilt in another region from the backup: at most the last 60 s are lost, all else is equal", async () => {
    const { machine, filling } = network.current;
    const old = await nodeMachine();
    const elsewhere = old.region === "lon1" ? "fra1" : "lon1";
    await backUpNow();
    const backedUpAt = Date.now();
    await using client = await network.current.sendNumbers("region lost");
    // Messages that are younger than the backup are then older than what may be lost.
    await client.acknowledges(recoveryPointSeconds * messagesPerSecond + 20, 180_000);

    const lostAt = Date.now();
    await loseDropletAndVolume(old);
    const goneAt = Date.now();
    const watch = watchPorts(old.publicIpv4);
    const report = await rebuildNetwork("--region", elsewhere);
    await client.acknowledges(20, 120_000);

    const now = await nodeMachine();
    expect(now.region).toBe(elsewhere);
    expect(report.recoveries).toMatchObject([{ outcome: "backup", verified: true }]);
    const openings = await watch.stop();
    expect(openings.filter(({ at }) => at < readyAtMs(report))).toEqual([]);

    const all = await recordAcknowledged(await client.finish());
    const missing = await missingFromArchive(machine, filling, all);
    // Later tests do not ask for them again.
    await forget(new Set(missing.map(({ body }) => body)));
    expect(missing.filter(({ at }) => at < lostAt - mayBeLostMs || at > goneAt)).toEqual([]);
    expect(acknowledgedBetween(all, backedUpAt, lostAt - mayBeLostMs)).toBeGreaterThan(0);
    expect(await takeInventory(machine, filling)).toEqual(filling.inventory);
  });
});
