import { client, jid, xml } from "@xmpp/client";
import { createIncus } from "../../local/incus/client.ts";
import { execInside, writeInside } from "../../local/incus/exec.ts";
import { deleteServiceContainer, launchServiceContainer } from "../../local/incus/service-container.ts";
import { runNumbered } from "../../local/run/run.ts";
import { isUnreachable } from "../../host/error.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import { testRunNumber } from "./cloud.ts";
import { serverAddresses } from "./server-addresses.ts";

/** Somebody else's XMPP server, Prosody, that has imported an account. Disposing it removes it. */
export interface ImportServer extends AsyncDisposable {
  /** Logs in there with the account's own password, by SCRAM. */
  logIn(password: string): Promise<ImportedSession>;
}

/** A session at the importing server. Disposing it logs out. */
export interface ImportedSession extends AsyncDisposable {
  /** The answer to an IQ of type get, as text. */
  readonly get: (query: Element) => Promise<string>;
}

type Element = ReturnType<typeof xml>;

/** Starts the server after its own migrator has taken over what `document` (XEP-0227) has of `account`, a bare JID. */
export async function importAccount(account: string, document: string): Promise<ImportServer> {
  const run = runNumbered(Number(testRunNumber()));
  const incus = createIncus(run.files.incus);
  const { local, domain } = jid(account);
  const ipv4 = serverAddresses(run).importing;
  const instance = await launchServiceContainer(run, incus, { name: "import", ipv4, packages: ["prosody"] });
  const inside = (script: string) => execInside(run, instance, ["sh", "-c", script], { timeoutMs: 60_000 });
  const write = (path: string, content: string) => writeInside(run, instance, { path, mode: "0644", content });
  await write("/etc/prosody/prosody.cfg.lua", configuration(domain));
  await write("/etc/prosody/migrator.cfg.lua", migration(domain));
  await write(`${dataFolder}/${account}.xml`, document);
  const asProsody = "setpriv --reuid prosody --regid prosody --clear-groups";
  await inside(`cd / && chown -R prosody: ${dataFolder} && ${asProsody} prosody-migrator input output`);
  await inside("systemctl restart prosody");
  return {
    logIn: (password) =>
      waitUntil({
        what: `a login of ${account} at the importing server`,
        probe: notYetOn(isUnreachable, async () => ({ value: await logIn(ipv4, { local, domain, password }) })),
        intervalMs: 500,
        timeoutMs: 30_000,
      }),
    [Symbol.asyncDispose]: () => deleteServiceContainer(run, incus, "import"),
  };
}

/** Without TLS: the server is for a moment, has no name and no certificate, and SCRAM does not show the password. */
function configuration(domain: string): string {
  return `modules_enabled = { "roster"; "saslauth"; "vcard"; "private"; "pep" }
authentication = "internal_hashed"
c2s_require_encryption = false
data_path = "${dataFolder}"
log = { debug = "/var/log/prosody/prosody.log" }
pidfile = "/run/prosody/prosody.pid"
VirtualHost "${domain}"
`;
}

/** From documents to files, both in the server's own folder. Not the archive: there this migrator fails, whatever the document. */
function migration(domain: string): string {
  const stores = `{ "accounts", "roster", "vcard", "private", "pep-pubsub" }`;
  return `input { type = "xep0227"; hosts = { ["${domain}"] = ${stores} } }
output { type = "internal"; path = "${dataFolder}" }
`;
}

const dataFolder = "/var/lib/prosody";

async function logIn(
  address: string,
  who: { local: string; domain: string; password: string },
): Promise<ImportedSession> {
  const session = client({
    service: `xmpp://${address}:5222`,
    domain: who.domain,
    timeout: 10_000,
    credentials: (authenticate) =>
      authenticate({ username: who.local, password: who.password }, "SCRAM-SHA-1", xml("user-agent")),
  });
  session.reconnect.stop();
  const failed = new Promise<never>((_, reject) => session.on("error", reject));
  try {
    await Promise.race([session.start(), failed]);
  } catch (error) {
    await session.stop();
    throw error;
  }
  // The library's types leave this one out.
  const { iqCaller } = session as unknown as { iqCaller: { get(query: Element): Promise<Element> } };
  return {
    get: async (query) => (await iqCaller.get(query)).toString(),
    [Symbol.asyncDispose]: async () => {
      await session.stop();
    },
  };
}
