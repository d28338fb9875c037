import { isIPv4, isIPv6 } from "node:net";
import type { Rule } from "../protocol/index.ts";

// Sentences and their spelling are those of the official plugin, which has them from Terraform's SDK (`helper/validation`).

/** Refuses an empty text. */
export const notEmpty: Rule<string> = (text, path) => (text === "" ? `${path} must not be empty, got ` : undefined);

/** Refuses an empty text, in the sentence of the SDK's younger `StringIsNotEmpty`. */
export const notEmptyString: Rule<string> = (text, path) =>
  text === "" ? `expected ${quote(path)} to not be an empty string, got ` : undefined;

/** Refuses the number zero, which no id is. */
export const notZero: Rule<number> = (number, path) => (number === 0 ? `${path} must not be zero, got 0` : undefined);

/** Refuses numbers below `least`. */
export function atLeast(least: number): Rule<number> {
  return (number, path) => (number < least ? `expected ${path} to be at least (${least}), got ${number}` : undefined);
}

/** Refuses texts of fewer than `least` or more than `most` bytes of UTF-8. */
export function lengthBetween(least: number, most: number): Rule<string> {
  return (text, path) => {
    const bytes = Buffer.byteLength(text);
    const isRight = bytes >= least && bytes <= most;
    return isRight ? undefined : `expected length of ${path} to be in the range (${least} - ${most}), got ${text}`;
  };
}

/** Refuses texts that are none of `allowed`. With `ignoreCase`, `FRA1` is `fra1`. */
export function oneOf(allowed: readonly string[], { ignoreCase = false } = {}): Rule<string> {
  const known = new Set(ignoreCase ? allowed.map((each) => each.toLowerCase()) : allowed);
  return (text, path) =>
    known.has(ignoreCase ? text.toLowerCase() : text)
      ? undefined
      : `expected ${path} to be one of ${quoted(allowed)}, got ${text}`;
}

/** Refuses texts that are no IPv4 address. */
export const ipv4Address: Rule<string> = (text, path) =>
  isIPv4(text) ? undefined : `expected ${path} to contain a valid IPv4 address, got: ${text}`;

/** Refuses texts that are no network in CIDR notation, such as `10.114.0.0/20`. */
export const network: Rule<string> = (text, path) => {
  const [address = "", length = "", ...rest] = text.split("/");
  const longest = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  const isRight = rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= longest;
  return isRight
    ? undefined
    : `expected ${quote(path)} to be a valid CIDR Value, got ${text}: invalid CIDR address: ${text}`;
};

/** Refuses texts that no tag of DigitalOcean can be. Capital letters are taken, whatever the sentence says. */
export const tagName: Rule<string> = (text) =>
  /^[a-zA-Z0-9:\-_]{1,255}$/.test(text)
    ? undefined
    : "tags may contain lowercase letters, numbers, colons, dashes, and underscores; there is a limit of 255 characters per tag";

/** Refuses texts that are no day, such as `2026-11-22`. */
export const day: Rule<string> = (text) => {
  const time = new Date(`${text}T00:00:00Z`);
  const isRight =
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time.valueOf()) && time.toISOString().startsWith(text);
  return isRight ? undefined : `${quote(text)} cannot be parsed as RFC3339 Timestamp Format`;
};

/** Writes a text as Go's `%q` does, for what these texts hold. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function quoted(texts: readonly string[]): string {
  return `[${texts.map(quote).join(" ")}]`;
}
