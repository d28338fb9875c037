import { describe, expect, it } from "vitest";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";
import { databaseFolder } from "../../../components/model/node-facts.ts";

const network = networkUnderTest();
const beam = "$(pgrep --uid ejabberd --oldest beam.smp)";
const postmaster = `$(head --lines 1 ${databaseFolder}/postmaster.pid)`;

describe("kill -9", () => {
  it.each([
    ["ejabberd", `kill -KILL ${beam}`, true],
    ["PostgreSQL", `kill -KILL ${postmaster}`, false],
    ["both", `kill -KILL ${beam} ${postmaster}`, true],
  ])("of %s: back by itself, clients too, no acknowledged message lost", async (what, kill, cutsStreams) => {
    const node = await nodeMachine();
    await using client = await network.current.sendNumbers(`kill of ${what}`);
    await client.acknowledges(20, 60_000);
    const killedAt = Date.now();
    await node.shell(kill);
    await client.acknowledges(50, 120_000);
    const back = client.events.filter(({ event, at }) => at > killedAt && (event === "opened" || event === "resumed"));
    const who = new Set(back.map((event) => "who" in event && event.who));
    expect(who).toEqual(new Set(cutsStreams ? ["sender", "recipient"] : []));
    await isServing(node, 60_000);
    await network.current.expectNothingLost(client, what === "PostgreSQL" ? killedAt : undefined);
  });
});
