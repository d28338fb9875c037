import { TextDecoder } from "node:util";
import { SourceError } from "./source-error.ts";

/** Gives the text of the next bytes; undefined: there are no more. */
export type DecodeText = (bytes: Buffer | undefined) => string;

/**
 * Makes a decoder for an XML file, in the encoding that its first bytes say: by a byte order mark, or by the declaration; else UTF-8.
 * Throws a {@link SourceError} for bytes that are none of that encoding.
 */
export function textDecoder(file: string): DecodeText {
  let decoder: { label: string; text: TextDecoder } | undefined;
  return (bytes) => {
    decoder ??= decoderFor(bytes ?? Buffer.alloc(0), file);
    try {
      return bytes === undefined ? decoder.text.decode() : decoder.text.decode(bytes, { stream: true });
    } catch {
      throw new SourceError({ file }, `it is not ${decoder.label.toUpperCase()}, as it says of itself`, again);
    }
  };
}

const again = "Make the export again, or turn it into UTF-8: iconv --from-code ENCODING --to-code UTF-8 FILE.";

function decoderFor(start: Buffer, file: string): { label: string; text: TextDecoder } {
  const label = encodingOf(start);
  try {
    return { label, text: new TextDecoder(label, { fatal: true }) };
  } catch {
    throw new SourceError({ file }, `it is in an encoding that is not known here, ${label}`, again);
  }
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  const [, declared] = /^<\?xml[^>]*\sencoding=["']([\w.:-]+)["']/i.exec(start.toString("latin1", 0, 200)) ?? [];
  return declared ?? "utf-8";
}
