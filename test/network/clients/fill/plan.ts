import { createHmac } from "node:crypto";

/** Numbers of what a network is filled with. Everything but the content of uploads follows from {@link FillOrder}. */
export const fillPlan = {
  accounts: 200,
  contactsEach: 5,
  /** Number of accounts that publish devices and keys for OMEMO. */
  withKeys: 60,
  rooms: 3,
  membersEach: 20,
  roomMessagesEach: 100,
  /** Sent from account to account. Sender and recipient archive each, so there are twice as many in the archive. */
  messages: 10_000,
  uploads: 50,
} as const;

/** Order to the program that fills a network, as JSON on its standard input. */
export interface FillOrder {
  readonly domain: string;
  readonly admin: { readonly jid: string; readonly password: string };
  /** Passwords of all accounts are drawn from it. */
  readonly seed: string;
}

/** Answer of the program that fills a network, as JSON on its standard output. */
export interface Filled {
  readonly uploads: readonly StoredUpload[];
  /** Seconds that each part took, by its name. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** File that was uploaded, and what whoever fetches it must get. */
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

/** Name of the account that sends numbered messages and nothing else. */
export const numberedSender = "numbers-from";
/** Name of the account that numbered messages are sent to. */
export const numberedRecipient = "numbers-to";

/** Name that account `index` gives its contact number `which`. */
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
