import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import { runningCloud } from "../cloud.ts";
import type { Flood, FloodOrder } from "../clients/flood.ts";
import { ask } from "../outage/client-program.ts";

/** That of Pulumi.local.yaml. */
const sendQuotaMiB = 10;

let flood: Flood;
beforeAll(async () => {
  const cloud = await runningCloud();
  const { jid, passwordFile } = adminAccount(cloud);
  const admin = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  await using machine = await clientMachine(cloud);
  const order: FloodOrder = { admin, domain: cloud.status.domain, sessions: 8, stopAtMiB: sendQuotaMiB + 5 };
  flood = (await ask(machine, "flood.ts", order)) as Flood;
});

describe("an account that sends at full speed", () => {
  it("is refused where its day's quota is sent, with an error that says so", () => {
    expect(flood.refusal).toEqual({
      type: "wait",
      condition: "resource-constraint",
      text: expect.stringContaining("as much as it may in a day") as string,
    });
    expect(flood.sentMiB).toBeGreaterThan(sendQuotaMiB * 0.9);
    expect(flood.sentMiB).toBeLessThan(sendQuotaMiB + 3);
  });

  it("can publish nothing then, and read as before", () => {
    expect([flood.publishing, flood.reading]).toEqual(["resource-constraint", "taken"]);
  });

  it("does not keep others from sending, whose messages are archived meanwhile", () => {
    expect(flood.othersAnswers).toBeGreaterThanOrEqual(3);
    expect(flood.othersPublishing).toBe("taken");
  });
});
