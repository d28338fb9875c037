import { createHmac } from "node:crypto";

/** What a network is filled with. Everything but the content of uploads follows from {@link FillOrder}. */
export const fillPlan = {
  accounts: 200,
  contactsEach: 5,
  /** How many accounts publish devices and keys for OMEMO. */
  withKeys: 60,
  rooms: 3,
  membersEach: 20,
  roomMessagesEach: 100,
  /** Sent from account to account. Sender and recipient archive each, so there are twice as many in the archive. */
  messages: 10_000,
  uploads: 50,
} as const;

/** What the program that fills a network is told, on standard input. */
export interface FillOrder {
  readonly domain: string;
  readonly admin: { readonly jid: string; readonly password: string };
  /** Passwords of all accounts are drawn from it. */
  readonly seed: string;
}

/** What it answers, on standard output. */
export interface Filled {
  readonly uploads: readonly StoredUpload[];
  /** How long each part took. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** A file that was uploaded, and what whoever fetches it must get. */
export interface StoredUpload {
  readonly url: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Account number `index`, from 0. */
export function filledAccount({ domain, seed }: Pick<FillOrder, "domain" | "seed">, index: number) {
  return accountNamed({ domain, seed }, `fill-${String(index % fillPlan.accounts).padStart(3, "0")}`);
}

/** An account of this filling: its address and its password follow from the seed. */
export function accountNamed({ domain, seed }: Pick<FillOrder, "domain" | "seed">, name: string) {
  return {
    jid: `${name}-${seed.slice(0, 6)}@${domain}`,
    password: createHmac("sha256", seed).update(name).digest("base64url"),
  };
}

/** Accounts of their own for the client that sends numbered messages. */
export const numberedSender = "numbers-from";
/** The one that they are sent to. */
export const numberedRecipient = "numbers-to";

/** What account `index` calls its contact number `which`. */
export function contactName(index: number, which: number): string {
  return `Contact ${which} of ${index}`;
}

/** Full name in the vCard of account `index`. */
export function fullName(index: number): string {
  return `Person ${index} Ünïcode`;
}

/** OMEMO device ids of account `index`. */
export function deviceIds(index: number): readonly number[] {
  return [1_000_000 + index, 2_000_000 + index];
}

/** Bare JID of room `index`. */
export function roomJid({ domain, seed }: Pick<FillOrder, "domain" | "seed">, index: number): string {
  return `room-${index}-${seed.slice(0, 6)}@conference.${domain}`;
}
