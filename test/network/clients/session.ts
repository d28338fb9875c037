import { type Client, client, jid, xml } from "@xmpp/client";
import type { Stanza } from "../../../scripts/probes/iq.ts";

/** Account that logs in. */
export interface Login {
  /** Bare JID. */
  readonly jid: string;
  readonly password: string;
  /** Resource to ask for; the server draws one where it is absent. */
  readonly resource?: string;
}

/** Requests and their answers (RFC 6120, section 8.2.3); an error for an answer rejects. Without `to` the server is asked. */
export interface Requests {
  request(stanza: Stanza, timeoutMs?: number): Promise<Stanza>;
  get(element: Stanza, to?: string, timeoutMs?: number): Promise<Stanza | undefined>;
  set(element: Stanza, to?: string, timeoutMs?: number): Promise<Stanza | undefined>;
}

/** The requests of a client. Their published types lead nowhere. */
export function requests(session: Client): Requests {
  return session.iqCaller as Requests;
}

/** A client of xmpp.js, not yet connected. It takes direct TLS (XEP-0368) and looks the domain up at each connection. */
export function newSession({ jid: account, password, resource }: Login): Client {
  const { domain } = jid(account);
  // The library escapes what looks as if it were not (XEP-0106).
  const local = account.slice(0, account.lastIndexOf("@"));
  return client({
    service: `xmpps://${domain}:5223`,
    domain,
    timeout: 20_000,
    ...(resource === undefined ? {} : { resource }),
    // Inside TLS. The library's own SCRAM is so slow that two hundred logins would take longer than all the rest.
    credentials: (authenticate) =>
      authenticate({ username: octets(local), password: octets(password) }, "PLAIN", xml("user-agent")),
  });
}

/**
 * Lets errors for answers come early: where one is there before its request is wholly sent, the library has nobody yet who waits for it,
 * and Node would end the program. Whoever asked gets it all the same.
 */
export function allowEarlyErrors(): void {
  process.on("unhandledRejection", (reason) => {
    if (!(reason instanceof Error) || reason.name !== "StanzaError") throw reason;
  });
}

/** Gives a text as the library has to get it, which makes base64 of characters, and not of their UTF-8. */
export function octets(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/**
 * Connects, logs in and becomes available; rejects when the server refuses. What had waited comes with the presence, and may be there
 * before this resolves: `listen` is called with each stanza from the first on.
 */
export async function logIn(login: Login, listen?: (stanza: Stanza) => void): Promise<Client> {
  const session = newSession(login);
  if (listen !== undefined) session.on("stanza", listen);
  const failed = new Promise<never>((_, reject) => {
    session.on("error", (error) => reject(new Error(`${login.jid}: ${error.message}`, { cause: error })));
  });
  session.reconnect.stop();
  await Promise.race([session.start(), failed]);
  await session.send(xml("presence"));
  return session;
}

/**
 * Calls `work` with each item, at most `limit` at a time, and resolves to the results in the items' order. Rejects with
 * the first failure.
 */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
