import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { readIfThere } from "../../host/read-if-there.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { Examination } from "./examination.ts";

/** Troubles of an examination by id, each with its severity and what was seen. */
export type KnownTroubles = z.infer<typeof knownTroubles>;

const knownTroubles = z.record(z.string(), z.object({ severity: z.string(), seen: z.string() }));

/** Reads the troubles of this machine's last examination of a stack; undefined where it made none that can be read. */
export async function readLast({ workFolder }: Pick<StackAccess, "workFolder">): Promise<KnownTroubles | undefined> {
  const text = await readIfThere(fileIn(workFolder));
  return text === undefined ? undefined : knownTroubles.safeParse(parsed(text)).data;
}

/** Keeps the troubles of an examination for the next one to be compared with. */
export async function keepAsLast(
  { workFolder }: Pick<StackAccess, "workFolder">,
  examination: Examination,
): Promise<void> {
  await mkdir(workFolder, { recursive: true, mode: 0o700 });
  await writeFile(fileIn(workFolder), JSON.stringify(troublesOf(examination)), { mode: 0o600 });
}

/** Describes what has changed since the last examination, a line each; empty: nothing. */
export function changesSince(last: KnownTroubles, examination: Examination): readonly string[] {
  const now = troublesOf(examination);
  return [
    ...Object.entries(now).flatMap(([id, { severity, seen }]) => {
      const before = last[id];
      if (before === undefined) return [`new ${severity}: ${id}: ${seen}`];
      return before.severity === severity ? [] : [`${before.severity} → ${severity}: ${id}: ${seen}`];
    }),
    ...Object.entries(last).flatMap(([id, { severity }]) => (id in now ? [] : [`over: ${severity} ${id}`])),
  ];
}

function troublesOf({ troubles, broken }: Examination): KnownTroubles {
  const found: readonly (readonly [string, KnownTroubles[string]])[] = [
    ...troubles.map(({ id, severity, seen }) => [id, { severity, seen }] as const),
    ...broken.map(({ check, why }) => [`check ${check}`, { severity: "broken", seen: why }] as const),
  ];
  return Object.fromEntries(found);
}

function fileIn(workFolder: string): string {
  return path.join(workFolder, "doctor.json");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
