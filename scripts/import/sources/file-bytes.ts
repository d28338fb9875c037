import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { SourceError } from "./source-error.ts";

/** Gives a file's bytes, unpacked where gzip packed them. Throws a {@link SourceError} where the file cannot be read or is cut off. */
export async function* fileBytes(file: string): AsyncGenerator<Buffer> {
  try {
    const stream = createReadStream(file);
    const bytes = isGzip(await firstBytes(file)) ? stream.pipe(createGunzip()) : stream;
    // What goes wrong with the file itself does not end the stream behind it.
    stream.on("error", (error) => bytes.destroy(error));
    yield* bytes as AsyncIterable<Buffer>;
  } catch (error) {
    throw readingFailure(file, error);
  }
}

/** Gives the first bytes of a file, unpacked; fewer where the file has no more. Throws a {@link SourceError}. */
export async function fileStart(file: string): Promise<Buffer> {
  for await (const bytes of fileBytes(file)) return bytes.subarray(0, startBytes);
  return Buffer.alloc(0);
}

const startBytes = 4096;

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function firstBytes(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return buffer.subarray(0, bytesRead);
}

function readingFailure(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  if (String(error.code).startsWith("Z_")) {
    return new SourceError({ file }, `it is damaged or cut off (${error.message})`, "Copy it again, and see gzip -t.");
  }
  return new SourceError({ file }, `it cannot be read (${error.message})`, "Name a file that you may read.");
}
