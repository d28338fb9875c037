import { spawn } from "node:child_process";
import { SourceError } from "./source-error.ts";

/** Program that writes a dump to its standard output, and reads nothing but what it is told. */
export interface DumpProgram {
  /** Names that it goes by; the first that is installed is taken. */
  readonly names: readonly string[];
  readonly args: readonly string[];
  /** Debian's package of it. */
  readonly package: string;
  /** What is dumped, for a person: no password is in it. */
  readonly source: string;
}

/** Gives what a program writes. Throws a {@link SourceError} where it is not installed or fails, in its own words. */
export async function* programBytes(program: DumpProgram): AsyncGenerator<Buffer> {
  for (const name of program.names) {
    const child = spawn(name, program.args, { stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise<number | "missing">((resolve, reject) => {
      child.on("error", (error) => ("code" in error && error.code === "ENOENT" ? resolve("missing") : reject(error)));
      child.on("close", (code) => resolve(code ?? -1));
    });
    let words = "";
    child.stderr.on("data", (chunk: Buffer) => (words = `${words}${chunk.toString()}`.slice(-2000)));
    try {
      yield* child.stdout as AsyncIterable<Buffer>;
      const end = await ended;
      if (end === "missing") continue;
      if (end === 0) return;
      const why = words.trim().replaceAll(/\s+/g, " ") || `exit code ${end}`;
      throw new SourceError({ file: program.source }, `${name} fails: ${why}`, "See to that, then run this again.");
    } finally {
      child.kill();
    }
  }
  const { names, source } = program;
  const todo = `Install it (apt-get install ${program.package}), or name a dump as text.`;
  throw new SourceError({ file: source }, `${names.join(" or ")} is needed to read it, and is not installed`, todo);
}

/** Gives the program that turns a dump in one of pg_dump's own forms into text. */
export function pgRestore(file: string): DumpProgram {
  const args = ["--file=-", "--no-owner", "--no-privileges", "--", file];
  return { names: ["pg_restore"], args, package: "postgresql-client", source: file };
}
