import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { acmeDirectoryUrl } from "../../local/acme/pebble.ts";
import { createIncus } from "../../local/incus/client.ts";
import { execInside, writeInside } from "../../local/incus/exec.ts";
import { deleteServiceContainer, launchServiceContainer } from "../../local/incus/service-container.ts";
import { runNumbered, type Run } from "../../local/run/run.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import type { Account } from "./chat-client.ts";
import { type Cloud, testRunNumber } from "./cloud.ts";
import { openPeerZone, type PeerZone } from "./peer-zone.ts";
import { prosodyConfiguration } from "./peer-prosody.ts";
import { serverAddresses } from "./server-addresses.ts";
import { probeDirectTls, probeStarttls } from "../../scripts/probes/xmpp-tls.ts";

/** Somebody else's XMPP server: Prosody, at another domain of the local cloud. Disposing it removes server and records. */
export interface Peer extends AsyncDisposable {
  readonly domain: string;
  readonly ipv4: string;
  /** An account there. */
  readonly account: Account;
  /** Makes another account there. */
  register(user: string): Promise<Account>;
  /** The server's log so far. */
  log(): Promise<string>;
  /** Runs a line of shell as root on the server's machine. */
  shell(command: string): Promise<string>;
}

/**
 * Sets the peer up as its own operator would: DNS records, a certificate by certbot from the ACME server that the local cloud
 * has for everyone, an account. It asks every server for a certificate and knows no dialback (XEP-0220), so a message that
 * arrives proves that both sides' certificates were verified. `directory` keeps the account's password.
 */
export async function startPeer(directory: string, cloud: Cloud): Promise<Peer> {
  const run = runNumbered(Number(testRunNumber()));
  const ipv4 = serverAddresses(run).peer;
  const incus = createIncus(run.files.incus);
  const zone = await openPeerZone(run, cloud.status.domain);
  await zone.publish(ipv4);
  const instance = await launchServiceContainer(run, incus, { name: "peer", ipv4, packages: [...packages] });
  const inside = (...command: string[]): Promise<string> => execInside(run, instance, command, { timeoutMs: 120_000 });

  await obtainCertificate(run, instance, zone);
  await writeInside(run, instance, {
    path: "/etc/prosody/prosody.cfg.lua",
    mode: "0644",
    content: prosodyConfiguration(zone.domain),
  });
  const register = (user: string) => registerAccount(directory, `${user}@${zone.domain}`, inside);
  const account = await register("carol");
  await inside("systemctl", "restart", "prosody");
  await serverToServerPorts(ipv4, zone.domain, cloud.trustedRoots);
  return {
    domain: zone.domain,
    ipv4,
    account,
    register,
    log: () => inside("cat", "/var/log/prosody/prosody.log"),
    shell: (command) => inside("sh", "-ec", command),
    [Symbol.asyncDispose]: async () => {
      await deleteServiceContainer(run, incus, "peer");
      await zone.withdraw();
    },
  };
}

/** Not lua-unbound: libunbound answers names under `.test` by itself, in the negative (RFC 6761, section 6.2). */
const packages = ["prosody", "certbot", "python3-certbot-dns-cloudflare"] as const;

/** Prosody opens its ports one after the other, before it has a certificate for each. */
async function serverToServerPorts(address: string, domain: string, ca: string): Promise<void> {
  const endpoint = { address, domain, kind: "server" } as const;
  await waitUntil({
    what: "the peer's ports for servers",
    probe: notYetOn(isClosedOrUncertified, async () => {
      await probeStarttls({ ...endpoint, port: 5269 }, { ca });
      return { value: await probeDirectTls({ ...endpoint, port: 5270 }, { ca }) };
    }),
    intervalMs: 200,
    timeoutMs: 30_000,
  });
}

/**
 * Says whether a probe met a port that is closed, refuses STARTTLS, or has no certificate: a mistake of ours has
 * another type.
 */
function isClosedOrUncertified(error: unknown): boolean {
  return error instanceof Error && !(error instanceof TypeError || error instanceof ReferenceError);
}

async function obtainCertificate(run: Run, instance: string, zone: PeerZone): Promise<void> {
  const credentials = "/root/cloudflare.ini";
  await writeInside(run, instance, {
    path: credentials,
    mode: "0600",
    content: `dns_cloudflare_api_token = ${zone.token}\n`,
  });
  const certbot = [
    ...["env", `CLOUDFLARE_API_URL=${zone.apiUrl}`],
    ...["certbot", "certonly", "--non-interactive", "--agree-tos", "--email", `hostmaster@${zone.domain}`],
    ...["--server", acmeDirectoryUrl, "--domains", zone.domain],
    ...["--dns-cloudflare", "--dns-cloudflare-credentials", credentials, "--dns-cloudflare-propagation-seconds", "1"],
  ];
  await execInside(run, instance, certbot, { timeoutMs: 120_000 });
  const live = `/etc/letsencrypt/live/${zone.domain}`;
  for (const [from, to] of [
    ["fullchain.pem", "crt"],
    ["privkey.pem", "key"],
  ]) {
    const copy = ["install", "-o", "root", "-g", "prosody", "-m", "0640", `${live}/${from}`];
    await execInside(run, instance, [...copy, `/etc/prosody/certs/${zone.domain}.${to}`], { timeoutMs: 10_000 });
  }
}

async function registerAccount(
  directory: string,
  jid: string,
  inside: (...command: string[]) => Promise<string>,
): Promise<Account> {
  const password = randomBytes(16).toString("hex");
  const [user = "", domain = ""] = jid.split("@");
  await inside("prosodyctl", "register", user, domain, password);
  const passwordFile = join(directory, user);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  return { jid, passwordFile };
}
