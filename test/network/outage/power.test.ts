import { describe, it } from "vitest";
import { digitaloceanAction } from "../vendors.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";

const network = networkUnderTest();

describe("a droplet", () => {
  it.each([
    ["is rebooted", ["reboot"]],
    ["loses its power in the middle of writes", ["power_off", "power_on"]],
  ])("that %s comes back by itself with every acknowledged message", async (what, actions) => {
    const node = await nodeMachine();
    await using client = await network.current.sendNumbers(what);
    await client.acknowledges(20, 60_000);
    for (const type of actions) await digitaloceanAction(`droplets/${node.dropletId}/actions`, { type });
    await client.acknowledges(50, 180_000);
    await isServing(node, 60_000);
    await network.current.expectNothingLost(client);
  });
});
