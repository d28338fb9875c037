import { randomUUID } from "node:crypto";
import { type Client, xml } from "@xmpp/client";

/** XML element as xmpp.js gives it. */
export type Stanza = Parameters<Client["send"]>[0];

/**
 * Sends a request and resolves to its answer, also where that is an error (RFC 6120, section 8.2.3). The library's own requests end
 * the program when an error arrives before the sending is done. Without `timeoutMs` it waits for ever.
 */
export async function answerTo(
  session: Client,
  type: "get" | "set",
  to: string,
  element: Stanza,
  timeoutMs?: number,
): Promise<Stanza> {
  const id = randomUUID();
  const { promise, resolve, reject } = Promise.withResolvers<Stanza>();
  const listen = (stanza: Stanza) => {
    if (stanza.name === "iq" && stanza.attrs.id === id && ["result", "error"].includes(String(stanza.attrs.type))) {
      resolve(stanza);
    }
  };
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => reject(new Error(`${to} did not answer within ${timeoutMs / 1000} s`)), timeoutMs);
  session.on("stanza", listen);
  try {
    const sent = session.send(xml("iq", { type, to, id }, element));
    return (await Promise.all([promise, sent]))[0];
  } finally {
    clearTimeout(timer);
    session.off("stanza", listen);
  }
}

/** Gives the condition of an answer that is an error (RFC 6120, section 8.3.3); undefined: it is none. */
export function conditionOf(answer: Stanza): string | undefined {
  if (answer.attrs.type !== "error") return undefined;
  const conditions = answer.getChild("error")?.getChildElements() ?? [];
  return conditions.find(({ attrs }) => attrs.xmlns === "urn:ietf:params:xml:ns:xmpp-stanzas")?.name;
}
