import { isUtf8 } from "node:buffer";
import { SourceError } from "./source-error.ts";

/** Line of a text file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the line's end. */
  readonly text: string;
  /** False for a last line that nothing ends. */
  readonly isEnded: boolean;
}

/** Longest line that is read: above that a line of a dump is no row of a chat server any more. */
const maxLineBytes = 64 * 1024 * 1024;

/**
 * Splits bytes into lines of UTF-8, keeping no more than one of them in memory. Throws a {@link SourceError} that names the line
 * for bytes that are no UTF-8, and for a line of more than 64 MiB.
 */
export async function* readLines(
  bytes: AsyncIterable<Buffer>,
  file: string,
  maxBytes = maxLineBytes,
): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (isEnded: boolean): Line => {
    const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    return { number: number++, text: textOf(whole, { file, line: number - 1 }), isEnded };
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end));
      start = end + 1;
      yield take(true);
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > maxBytes) throw tooLong(file, number, maxBytes);
  }
  if (parts.length > 0) yield take(false);
}

const newline = 10;

function textOf(line: Buffer, place: { file: string; line: number }): string {
  if (!isUtf8(line)) {
    throw new SourceError(
      place,
      "it is not UTF-8",
      "See whether it is damaged, and copy it again; or make a dump again in that encoding (mysqldump: --default-character-set=utf8mb4; " +
        "pg_dump: --encoding=UTF8).",
    );
  }
  const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
  return line.toString("utf8", 0, end);
}

const carriageReturn = 13;

function tooLong(file: string, line: number, maxBytes: number): SourceError {
  return new SourceError(
    { file, line },
    `it is longer than ${Math.round(maxBytes / 1024 / 1024)} MiB, and no row is`,
    "See whether the file is damaged, and make it again (mysqldump: without --net-buffer-length).",
  );
}
