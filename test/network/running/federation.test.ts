import { once } from "node:events";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { logInWithSlixmpp } from "../chat-client.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { examinedNetwork } from "../../../scripts/doctor/examined-network.ts";
import { traceMessage } from "../../../scripts/trace/trace-message.ts";
import { stackUnderTest } from "../doctor/fault.ts";
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

/** Follows a message to somebody there, as `npm run trace` does: where its way ended, and what was seen there. */
async function traced(user: string): Promise<string> {
  await using network = examinedNetwork(await stackUnderTest());
  const { arrived, steps } = await traceMessage(network, `${user}@peer.test`);
  const last = steps.at(-1);
  return `${arrived ? "arrived" : "stopped"} at ${last?.name ?? "nothing"}: ${last?.seen ?? ""}`;
}

it("is followed by npm run trace, which says where a message stops", async ({ onTestFailed }) => {
  if (peer === undefined) throw new Error("the peer did not come up");
  onTestFailed(showLogs);
  const restarted = (change: string) => peer?.shell(`${change}; systemctl restart prosody`);
  expect(await traced("carol")).toMatch(/^arrived at archive: it is in the archive/);
  expect(await traced("nobody-at-all")).toMatch(/^stopped at message: \S+ sent it back: service-unavailable/);
  // It knows no way any more to find out whose server speaks.
  await restarted(`sed -i 's/"dialback" }/"dialback"; "s2s_auth_certs" }/' /etc/prosody/prosody.cfg.lua`);
  expect(await traced("carol")).toMatch(/^stopped at streams: peer.test was not reached: remote-server-/);
  const certificate = "/etc/prosody/certs/peer.test";
  const another = `openssl req -x509 -newkey rsa:2048 -noenc -subj /CN=peer.test -days 1 -keyout ${certificate}.key -out ${certificate}.crt`;
  await restarted(`${another} 2>/dev/null; chgrp prosody ${certificate}.*`);
  expect(await traced("carol")).toMatch(/^stopped at TLS: .*self-signed certificate/);
  await peer.shell("systemctl stop prosody");
  expect(await traced("carol")).toMatch(/^stopped at TLS: .*ECONNREFUSED/);
  await peer[Symbol.asyncDispose]();
  peer = undefined;
  expect(await traced("carol")).toMatch(/^stopped at names: peer.test has neither SRV records nor an address/);
});

/** Both sides' words on the connection between them: a first one that fails is not tried again for minutes. */
async function showLogs(): Promise<void> {
  const ejabberd = await onFirstNode(
    "sh",
    "-c",
    "grep --extended-regexp 's2s|peer[.]test' /var/log/ejabberd/ejabberd.log",
  );
  process.stderr.write(`ejabberd:\n${ejabberd}\nProsody:\n${(await peer?.log()) ?? "it is gone"}\n`);
}
