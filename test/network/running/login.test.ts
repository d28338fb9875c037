import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Account, logInWithSlixmpp, logInWithXmppJs } from "../chat-client.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { logInWithProfanity } from "../profanity.ts";
import { selfSigned } from "../self-signed.ts";
import { adminAccount, newAccount } from "../accounts.ts";

let cloud: Cloud;
let machine: ClientMachine;
let alice: Account;
let bob: Account;
beforeAll(async () => {
  cloud = await runningCloud();
  machine = await clientMachine(cloud);
  alice = adminAccount(cloud);
  bob = await newAccount(cloud, machine);
});
afterAll(async () => machine[Symbol.asyncDispose]());

describe("clients that nobody here wrote", () => {
  it("slixmpp finds the server by SRV, logs in, and two accounts exchange messages", async () => {
    await using first = await logInWithSlixmpp(machine, alice);
    await using second = await logInWithSlixmpp(machine, bob);
    first.send(bob.jid, "from alice by slixmpp");
    expect(await second.received("from alice by slixmpp")).toMatchObject({ from: alice.jid });
    second.send(alice.jid, "from bob by slixmpp");
    expect(await first.received("from bob by slixmpp")).toMatchObject({ from: bob.jid });
  });

  it("slixmpp is refused with a wrong password", async () => {
    const passwordFile = join(machine.directory, "wrong");
    await writeFile(passwordFile, "not the password\n", { mode: 0o600 });
    await expect(logInWithSlixmpp(machine, { ...alice, passwordFile })).rejects.toThrow(/login failed/);
  });

  it("xmpp.js logs in over the WebSocket that host-meta names, and its message arrives", async () => {
    await using web = await logInWithXmppJs(machine, alice);
    await using desktop = await logInWithSlixmpp(machine, bob);
    web.send(bob.jid, "from alice by xmpp.js");
    expect(await desktop.received("from alice by xmpp.js")).toMatchObject({ from: alice.jid });
    desktop.send(alice.jid, "to alice at xmpp.js");
    expect(await web.received("to alice at xmpp.js")).toMatchObject({ from: bob.jid });
  });

  it.each([
    ["STARTTLS", []],
    ["direct TLS", ["--tls"]],
  ])("go-sendxmpp sends a message over %s", async (how, options) => {
    await using receiver = await logInWithSlixmpp(machine, bob);
    const configuration = join(machine.directory, "go-sendxmpp");
    const password = (await readFile(alice.passwordFile, "utf8")).trim();
    await writeFile(configuration, `username: ${alice.jid}\npassword: ${password}\n`, { mode: 0o600 });
    const body = `from alice by go-sendxmpp over ${how}`;
    await machine.run("go-sendxmpp", [...options, "-f", configuration, bob.jid], { input: `${body}\n` });
    expect(await receiver.received(body)).toMatchObject({ from: alice.jid });
  });

  it("profanity connects by nothing but the address, sends a message and shows the answer", async () => {
    await using correspondent = await logInWithSlixmpp(machine, bob);
    await using terminal = await logInWithProfanity(machine, alice);
    await terminal.send(bob.jid, "from alice by profanity");
    expect(await correspondent.received("from alice by profanity")).toMatchObject({ from: alice.jid });
    correspondent.send(alice.jid, "to alice at profanity");
    await terminal.shows("to alice at profanity");
  });
});

describe("a client's machine that does not trust the ACME root", () => {
  it("is not logged in by slixmpp", async () => {
    const { certificate } = await selfSigned("another root");
    await using stranger = await clientMachine({ ...cloud, trustedRoots: certificate });
    await expect(logInWithSlixmpp(stranger, alice)).rejects.toThrow(/certificate/i);
  });
});
