import { type Client, xml } from "@xmpp/client";
import { LastingSession, type SessionObserver } from "../lasting-session.ts";
import type { Stanza } from "../../../../scripts/probes/iq.ts";

import type { NumberedEvent, NumberedOrder } from "./protocol.ts";

/** Stays logged in and tells which numbered messages arrive. */
export class NumberedRecipient implements SessionObserver {
  readonly #label: string;
  readonly #tell: (event: NumberedEvent) => void;
  readonly #session: LastingSession;
  readonly #received = new Set<string>();

  constructor({ to, label }: NumberedOrder, tell: (event: NumberedEvent) => void) {
    this.#label = label;
    this.#tell = tell;
    this.#session = new LastingSession(to, this);
  }

  start(): void {
    this.#session.open();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  opened(session: Client): void {
    this.#tell({ event: "opened", who: "recipient", at: Date.now() });
    session.send(xml("presence")).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  }

  resumed(): void {
    this.#tell({ event: "resumed", who: "recipient", at: Date.now() });
  }

  lost(): void {
    this.#tell({ event: "lost", who: "recipient", at: Date.now() });
  }

  stanza(stanza: Stanza): void {
    const body = stanza.getChildText("body");
    if (!stanza.is("message") || body?.startsWith(`${this.#label} `) !== true || this.#received.has(body)) return;
    this.#received.add(body);
    this.#tell({ event: "received", body, at: Date.now() });
  }

  acknowledged(): void {
    // It sends nothing that matters.
  }
}
