import { describe, expect, it } from "vitest";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { digitaloceanAction } from "../vendors.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";
import { operatorCommand } from "./operator.ts";

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

// What DigitalOcean's recovery console is in the local cloud: a shell that does not pass SSH.
it.each([
  ["the keys' folder is gone", "rm -r /root/.ssh"],
  ["a file is in its place, and everybody may write above it", "rm -r /root/.ssh; : >/root/.ssh; chmod o+w /root"],
  ["sshd is off for good", "systemctl disable --now ssh.service; systemctl mask ssh.service"],
])("a node that lets nobody in by SSH is opened from its console by converge: %s", async (_, loss) => {
  const node = await nodeMachine();
  await node.shell(`{ ${loss}; } 2>&1`);
  expect((await operatorCommand("ssh", "xmpp1", "true")).exitCode).not.toBe(0);
  await node.shell("/usr/local/lib/imera/converge", { timeoutMs: 600_000 });
  // sshd may turn an address away for seconds after logins that it refused.
  await waitUntil({
    what: "a login by SSH",
    probe: async () => {
      const { exitCode, output } = await operatorCommand("ssh", "xmpp1", "true");
      return exitCode === 0 ? { value: true } : notYet(output);
    },
    intervalMs: 2000,
    timeoutMs: 60_000,
  });
});
