import { gunzipSync, gzipSync } from "node:zlib";

/**
 * Packs a text so that `base64 -d | gunzip` gives it back. Where `before` is a packed form of the same text, it stays: another
 * machine's zlib may pack otherwise, and the text has not changed. Pure.
 */
export function packText(text: string, before?: unknown): string {
  const isSame = typeof before === "string" && isPacked(before) && unpackText(before) === text;
  return isSame ? before : gzipSync(text, { level: 9 }).toString("base64");
}

/** Gives a text that {@link packText} has packed, or a text that is not packed as it is; undefined where it cannot be read. Pure. */
export function unpackText(text: string): string | undefined {
  if (!isPacked(text)) return text;
  try {
    return gunzipSync(Buffer.from(text, "base64")).toString();
  } catch {
    return undefined;
  }
}

/** All of gzip's files begin with the same three bytes, which are four letters in base64. */
function isPacked(text: string): boolean {
  return text.startsWith("H4sI");
}
