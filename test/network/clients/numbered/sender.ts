import { type Client, xml } from "@xmpp/client";
import { LastingSession, type SessionObserver } from "../lasting-session.ts";
import type { Stanza } from "../../../../scripts/probes/iq.ts";

import type { NumberedEvent, NumberedOrder } from "./protocol.ts";

/** Sends a message with the next number at each interval, and each again until the server has acknowledged it. */
export class NumberedSender implements SessionObserver {
  readonly #order: NumberedOrder;
  readonly #tell: (event: NumberedEvent) => void;
  readonly #session: LastingSession;
  readonly #unacknowledged = new Set<string>();
  /** Written to the stream that is open, or that may be resumed. */
  readonly #written = new Set<string>();
  #online: Client | undefined;
  #number = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(order: NumberedOrder, tell: (event: NumberedEvent) => void) {
    this.#order = order;
    this.#tell = tell;
    this.#session = new LastingSession(order.from, this);
  }

  start(): void {
    this.#session.open();
    this.#timer = setInterval(() => {
      this.#number += 1;
      this.#unacknowledged.add(`${this.#order.label} ${this.#number}`);
      this.#writeRest();
    }, this.#order.intervalMs);
  }

  /** Sends no new number. */
  stop(): void {
    clearInterval(this.#timer);
  }

  get isAcknowledged(): boolean {
    return this.#unacknowledged.size === 0;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  opened(session: Client): void {
    this.#tell({ event: "opened", who: "sender", at: Date.now() });
    this.#written.clear();
    this.#online = session;
    this.#writeRest();
  }

  resumed(session: Client): void {
    this.#tell({ event: "resumed", who: "sender", at: Date.now() });
    this.#online = session;
    this.#writeRest();
  }

  lost(): void {
    if (this.#online !== undefined) this.#tell({ event: "lost", who: "sender", at: Date.now() });
    this.#online = undefined;
  }

  stanza(): void {
    // Nobody answers the sender.
  }

  acknowledged(stanza: Stanza): void {
    const body = stanza.getChildText("body");
    if (body === null || !this.#unacknowledged.delete(body)) return;
    this.#tell({ event: "acknowledged", body, at: Date.now() });
  }

  #writeRest(): void {
    const session = this.#online;
    if (session === undefined) return;
    for (const body of this.#unacknowledged) {
      if (this.#written.has(body)) continue;
      this.#written.add(body);
      const id = body.replaceAll(" ", "-");
      const message = xml("message", { to: this.#order.to.jid, type: "chat", id }, xml("body", {}, body));
      // What could not be written is written again when the stream is back.
      session.send(message).catch(() => this.#written.delete(body));
    }
  }
}
