import { describe, expect, it } from "vitest";
import { killConnectionsInSilence } from "./dead-connections.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { isServing, nodeMachine } from "./node.ts";
import { logInPlainly, type PlainLogin } from "./plain-logins.ts";
import { filledAccount } from "../clients/fill/plan.ts";
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
    await network.current.expectNothingLost(client);
  });
});

describe("connections to the database that die in silence", () => {
  it("are given up within 30 s, by themselves, and no acknowledged message is lost", async () => {
    const node = await nodeMachine();
    await using client = await network.current.sendNumbers("dead connections");
    await client.acknowledges(20, 60_000);
    await using dead = await killConnectionsInSilence(node);
    expect(dead.ports).toHaveLength(5);
    await client.acknowledges(100, 30_000);
    await isServing(node, 30_000);
    await network.current.expectNothingLost(client);
  });
});

describe("logins while the database is away", () => {
  it("are refused for now, as nobody's fault, and shut nobody's address out", async () => {
    const node = await nodeMachine();
    const { machine, filling } = network.current;
    const server = { address: node.publicIpv4, domain: filling.domain };
    await node.shell("systemctl stop postgresql@17-main");
    const refused = await logInPlainly(machine, server, Array.from({ length: 25 }, nobody)).finally(() =>
      node.shell("systemctl start postgresql@17-main"),
    );
    expect(refused.filter((answer) => !answer.includes("<temporary-auth-failure"))).toEqual([]);
    await isServing(node, 60_000);
    const { jid, password } = filledAccount(filling, 0);
    const right: PlainLogin = [jid.replace(/@.*/, ""), password, 1];
    expect(await logInPlainly(machine, server, [right])).toEqual([expect.stringContaining("<success")]);
  });
});

/** Makes a login of nobody, whose password no cache of the server has. */
function nobody(_: unknown, index: number): PlainLogin {
  return [`nobody-${index}`, "wrong", index % 2 === 0 ? 1 : 2];
}
