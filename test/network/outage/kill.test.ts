import { describe, expect, it } from "vitest";
import { killConnectionsInSilence, whileDatabaseIsAway } from "./dead-connections.ts";
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
    const { jid, password } = filledAccount(filling, 0);
    const logIn = (...versions: PlainLogin[2][]) =>
      logInPlainly(
        machine,
        { address: node.publicIpv4, domain: filling.domain },
        versions.map((version) => [jid.replace(/@.*/, ""), password, version]),
      );
    expect(await logIn(1)).toEqual([expect.stringContaining("<success")]);
    await node.shell(forgetPasswords);
    const refused = await whileDatabaseIsAway(node, () =>
      logIn(...Array.from({ length: 13 }, () => [1, 2] as const).flat()),
    );
    expect(refused.filter((answer) => !answer.includes("<temporary-auth-failure"))).toEqual([]);
    await isServing(node, 60_000);
    expect(await logIn(1)).toEqual([expect.stringContaining("<success")]);
    // As Erlang writes what is not text, too.
    const forms = [password, [...Buffer.from(password)].join(",")].map((form) => `-e ${form}`);
    expect(await node.shell(`grep -rlF ${forms.join(" ")} /var/log/ejabberd || echo none`)).toContain("none");
  });
});

/** Command that has a node's server read each password from the database again, as it does an hour later. */
const forgetPasswords =
  "cd /usr/local/lib/imera && python3 -B -c " +
  "'from node import ejabberd; ejabberd.erl_call(\"ets_cache:clear(ejabberd_auth_sql_cache).\" + chr(10))'";
