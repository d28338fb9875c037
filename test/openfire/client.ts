import { type Client, client, xml } from "@xmpp/client";
import type { Stanza } from "../../scripts/probes/iq.ts";
import { octets, requests } from "../network/clients/session.ts";
import { clientPort, oldDomain } from "./home.ts";

/** Person that is logged in at the old server. Disposing it logs out. */
export interface OldSession extends AsyncDisposable {
  /** Bare JID. */
  readonly jid: string;
  get(element: Stanza, to?: string): Promise<Stanza | undefined>;
  set(element: Stanza, to?: string): Promise<Stanza | undefined>;
  send(stanza: Stanza): Promise<void>;
  /** All that came but answers. */
  readonly received: readonly Stanza[];
}

/** Logs in at the old server by PLAIN; `isAvailable` also shows the person as online, which makes what waited be delivered. */
export async function logInAtOld(user: string, password: string, isAvailable = true): Promise<OldSession> {
  const session: Client = client({
    service: `xmpp://127.0.0.1:${clientPort}`,
    domain: oldDomain,
    // The server does not answer the end of a stream, and each log-out takes this long.
    timeout: 3000,
    resource: "recorded",
    credentials: (authenticate) =>
      authenticate({ username: octets(user), password: octets(password) }, "PLAIN", xml("user-agent")),
  });
  session.reconnect.stop();
  const received: Stanza[] = [];
  session.on("stanza", (stanza) => received.push(stanza));
  const failed = new Promise<never>((_, reject) =>
    session.on("error", (error) => reject(new Error(`${user}: ${error.message}`, { cause: error }))),
  );
  failed.catch(() => undefined);
  await Promise.race([session.start(), failed]);
  const caller = requests(session);
  if (isAvailable) {
    await caller.get(xml("query", { xmlns: "jabber:iq:roster" }));
    await session.send(xml("presence"));
  }
  return {
    jid: `${user}@${oldDomain}`,
    received,
    get: (element, to) => caller.get(element, to),
    set: (element, to) => caller.set(element, to),
    send: async (stanza) => {
      await session.send(stanza);
    },
    [Symbol.asyncDispose]: async () => {
      await session.stop();
    },
  };
}

/** Waits until the server has done all that was sent before. */
export async function settled(session: OldSession): Promise<void> {
  await session.get(xml("query", { xmlns: "jabber:iq:roster" }));
}
