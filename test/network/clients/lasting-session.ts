import type { Client } from "@xmpp/client";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { newSession, type Login } from "./session.ts";

/** Listener to the events of a {@link LastingSession}. */
export interface SessionObserver {
  /** The server bound a new stream: what was not acknowledged on an earlier one may be lost, and is to be sent again. */
  opened(session: Client): void;
  /** The stream goes on where it was cut (XEP-0198, section 5). */
  resumed(session: Client): void;
  lost(): void;
  stanza(stanza: Stanza): void;
  /** The server acknowledged that it handled this stanza. */
  acknowledged(stanza: Stanza): void;
}

/** A login that lasts: when its stream is cut it is resumed, or opened anew, until it is closed. */
export class LastingSession {
  readonly #login: Login;
  readonly #observer: SessionObserver;
  #session: Client | undefined;
  #giveUp: NodeJS.Timeout | undefined;

  constructor(login: Login, observer: SessionObserver) {
    this.#login = login;
    this.#observer = observer;
  }

  /** Opens a stream of its own; one that was open is left to itself. */
  open(): void {
    this.#abandon();
    const session = newSession(this.#login);
    this.#session = session;
    session.reconnect.delay = reconnectDelayMs;
    const stream = managedStream(session);
    stream.timeout = answerTimeoutMs;
    stream.requestAckDebounce = requestAfterMs;
    const isCurrent = (): boolean => this.#session === session;
    const connected = (tell: (session: Client) => void): void => {
      if (!isCurrent()) return;
      clearTimeout(this.#giveUp);
      tell(session);
    };
    // Only from here on are stanzas counted: "online" comes before.
    session.on(
      "nonza",
      (element) => element.is("enabled", streamManagementNs) && connected((it) => this.#observer.opened(it)),
    );
    stream.on("resumed", () => connected((it) => this.#observer.resumed(it)));
    stream.on("ack", (stanza) => isCurrent() && this.#observer.acknowledged(stanza));
    session.on("stanza", (stanza) => isCurrent() && this.#observer.stanza(stanza));
    session.on("disconnect", () => {
      if (!isCurrent()) return;
      this.#observer.lost();
      this.#openAnewUnlessBack();
    });
    session.on("error", (error) => process.stderr.write(`${this.#login.jid}: ${error.message}\n`));
    this.#openAnewUnlessBack();
    // Its failure is told by the events above; the next attempt follows from them.
    session.start().catch((error: unknown) => process.stderr.write(`${this.#login.jid}: ${String(error)}\n`));
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    clearTimeout(this.#giveUp);
    session?.reconnect.stop();
    if (session?.status === "online") await session.stop();
  }

  /** The library tries again after each end that it sees; a connection attempt that hangs has none. */
  #openAnewUnlessBack(): void {
    clearTimeout(this.#giveUp);
    this.#giveUp = setTimeout(() => this.open(), openAnewAfterMs);
  }

  #abandon(): void {
    const session = this.#session;
    if (session === undefined) return;
    session.reconnect.stop();
    session.stop().catch((error: unknown) => process.stderr.write(`${this.#login.jid}: ${String(error)}\n`));
  }
}

const streamManagementNs = "urn:xmpp:sm:3";
const reconnectDelayMs = 500;
const answerTimeoutMs = 20_000;
// The library asks when nothing was sent for so long; its own 250 ms never pass here.
const requestAfterMs = 20;
const openAnewAfterMs = 15_000;

/** Stream management as xmpp.js has it; its published types leave this out. */
interface ManagedStream {
  /**
   * Milliseconds that the server may take to answer a request for acknowledgement before the connection counts as dead.
   */
  timeout: number;
  requestAckDebounce: number;
  on(event: "ack", listener: (stanza: Stanza) => void): unknown;
  on(event: "resumed", listener: () => void): unknown;
}

function managedStream(session: Client): ManagedStream {
  return session.streamManagement as unknown as ManagedStream;
}
