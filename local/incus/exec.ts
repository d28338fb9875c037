import { join } from "node:path";

import { execa, ExecaError } from "execa";

import type { Run } from "../run/run.ts";

/** Makes the environment in which the `incus` command finds the run's engine, and keeps its settings and caches in the run's folder. */
export function incusEnvironment(run: Run): Record<string, string> {
  const own = join(run.folder, "incus-client");
  return { INCUS_DIR: run.files.incus, INCUS_CONF: own, INCUS_CACHE: own };
}

/** Runs a command as root inside an instance and returns its standard output. Rejects when it fails or takes too long. */
export async function execInside(
  run: Run,
  instance: string,
  command: readonly string[],
  options: { readonly input?: string; readonly timeoutMs: number },
): Promise<string> {
  const { stdout } = await execa("incus", ["exec", instance, "--", ...command], {
    env: incusEnvironment(run),
    timeout: options.timeoutMs,
    input: options.input ?? "",
  });
  return stdout;
}

/** Says whether an error is of a command that ended with another exit code than 0, or took too long. */
export function isCommandFailure(error: unknown): boolean {
  return error instanceof ExecaError;
}

/** A file inside an instance. */
export interface InsideFile {
  /** Absolute; folders above it are made. */
  readonly path: string;
  /** Octal: `0600` for a file that holds a secret. */
  readonly mode: string;
  readonly content: string | Buffer;
}

/** Writes a file inside an instance, running or not. */
export async function writeInside(run: Run, instance: string, { path, mode, content }: InsideFile): Promise<void> {
  await execa("incus", ["file", "push", "--create-dirs", "--mode", mode, "-", `${instance}${path}`], {
    env: incusEnvironment(run),
    input: content,
    timeout: 30_000,
  });
}
