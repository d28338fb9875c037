import { once } from "node:events";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { logInWithSlixmpp } from "../chat-client.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { type Peer, startPeer } from "../peer.ts";

let cloud: Cloud;
let machine: ClientMachine | undefined;
let peer: Peer | undefined;
beforeAll(async () => {
  cloud = await runningCloud();
  machine = await clientMachine(cloud);
  peer = await startPeer(machine.directory, cloud);
});
afterAll(async () => {
  await peer?.[Symbol.asyncDispose]();
  await machine?.[Symbol.asyncDispose]();
});

it("exchanges messages with somebody else's server, both certificates verified", async ({ onTestFailed }) => {
  if (machine === undefined || peer === undefined) throw new Error("the peer did not come up");
  onTestFailed(showLogs);
  const alice = adminAccount(cloud);
  await using here = await logInWithSlixmpp(machine, alice);
  await using there = await logInWithSlixmpp(machine, peer.account);
  here.send(peer.account.jid, "to another server");
  expect(await there.received("to another server")).toMatchObject({ from: alice.jid });
  there.send(alice.jid, "from another server");
  expect(await here.received("from another server")).toMatchObject({ from: peer.account.jid });
  const log = await peer.log();
  expect(log).toMatch(/Outgoing s2s connection peer\.test->\S+ complete/);
  expect(log).toMatch(/Incoming s2s connection \S+->peer\.test complete/);
  expect(log).not.toMatch(/dialback (key|result)/i);
});

it("does so with certificates that are for servers only, as public authorities issue them", async () => {
  if (peer === undefined) throw new Error("the peer did not come up");
  const { nodes, domain } = cloud.status;
  for (const server of [{ domain, ipv4: nodes[0]?.publicIpv4 ?? "" }, peer]) {
    expect(await certificateUsages(server), server.domain).toEqual([serverAuthentication]);
  }
});

/** id-kp-serverAuth of RFC 5280, section 4.2.1.12. */
const serverAuthentication = "1.3.6.1.5.5.7.3.1";

/** Reads the object identifiers of what a server's certificate, once verified, may be used for. */
async function certificateUsages({ ipv4, domain }: Pick<Peer, "ipv4" | "domain">): Promise<readonly string[]> {
  const socket = connect({ host: ipv4, port: 5270, servername: domain, ca: cloud.trustedRoots });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(10_000) });
    return socket.getPeerCertificate().ext_key_usage ?? [];
  } finally {
    socket.destroy();
  }
}

/** Both sides' words on the connection between them: a first one that fails is not tried again for minutes. */
async function showLogs(): Promise<void> {
  const ejabberd = await onFirstNode(
    "sh",
    "-c",
    "grep --extended-regexp 's2s|peer[.]test' /var/log/ejabberd/ejabberd.log",
  );
  process.stderr.write(`ejabberd:\n${ejabberd}\nProsody:\n${(await peer?.log()) ?? "it is gone"}\n`);
}
