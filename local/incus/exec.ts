import { join } from "node:path";

import { execa } from "execa";

import type { Run } from "../run.ts";

/** Where the `incus` command finds the run's engine; its own settings stay in the run's folder, too. */
export function incusEnvironment(run: Run): Record<string, string> {
  return { INCUS_DIR: run.files.incus, INCUS_CONF: join(run.folder, "incus-client") };
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

/** Writes a file inside an instance, with the folders above it. `mode` in octal, `0600` for one that holds a secret. */
export async function writeInside(
  run: Run,
  instance: string,
  file: { readonly path: string; readonly mode: string; readonly content: string },
): Promise<void> {
  const target = `${instance}${file.path}`;
  await execa("incus", ["file", "push", "--create-dirs", "--mode", file.mode, "-", target], {
    env: incusEnvironment(run),
    input: file.content,
    timeout: 30_000,
  });
}
