import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ExaminedStack, examinedNetwork } from "../../../scripts/doctor/examined-network.ts";
import { collectSupport } from "../../../scripts/support/collect-support.ts";
import { knownSecrets } from "../../../scripts/support/known-secrets.ts";
import { traceMessage } from "../../../scripts/trace/trace-message.ts";
import { nodeMachine } from "../outage/node.ts";
import { stackUnderTest } from "./fault.ts";

let stack: ExaminedStack;
beforeAll(async () => {
  stack = await stackUnderTest();
});

describe("the way of a message", () => {
  it.each([
    ["to somebody here", "admin@imera.test", true, "archive"],
    ["to nobody here", "nobody-at-all@imera.test", false, "message"],
    ["to a server that nobody knows", "anna@nowhere.test", false, "names"],
    ["to a machine where nobody listens for servers", "anna@local-cloud.test", false, "names"],
  ])("%s is followed as far as it goes", async (_, to, arrived, last) => {
    await using network = examinedNetwork(stack);
    const trace = await traceMessage(network, to);
    expect([trace.arrived, trace.steps.at(-1)?.name], JSON.stringify(trace)).toEqual([arrived, last]);
  });
});

it("what is sent for help holds no secret of the stack or of the node, nobody's name and nobody's words", async () => {
  const node = await nodeMachine();
  const onNode = z.record(z.string(), z.string()).parse(JSON.parse(await node.shell("cat /etc/imera/secrets.json")));
  const secrets = [...(await knownSecrets(stack.access)), ...Object.values(onNode)];
  expect(secrets.length).toBeGreaterThan(10);
  const words = "what anna wrote to berta";
  await node.shell(
    `echo '2026-11-26 10:00:00.1 [error] <0.1.0> anna@imera.test: <body>${words}</body>' >>/var/log/ejabberd/ejabberd.log`,
  );
  const text = await collectSupport(stack.access);
  for (const secret of secrets.flatMap((each) => each.split("\n")).filter((line) => /^(?!-----).{6}/.test(line))) {
    expect(text.includes(secret), `it holds a secret that begins with ${secret.slice(0, 3)}`).toBe(false);
  }
  expect(text).not.toMatch(new RegExp(`${words}|anna@`));
  for (const part of ["this machine", "settings", "doctor", "xmpp1.imera.test: ejabberd's log"]) {
    expect(text).toContain(`=== ${part} ===`);
  }
  expect(text).not.toContain("not to be had");
});
