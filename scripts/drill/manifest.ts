import { z } from "zod";
import { uploadDirectory } from "../../components/model/node-facts.ts";
import { runProgram, shellWord } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const table = z.object({ rows: z.number(), checksum: z.string() });
const upload = z.object({ sizeBytes: z.number(), sha256: z.string() });

const tablesDocument = z.object({
  version: z.literal(1),
  takenAt: z.string(),
  restorePoint: z.string().nullable(),
  tables: z.record(z.string(), table),
});
const uploadsDocument = z.object({ uploads: z.record(z.string(), upload) });

/** What a database and its uploads hold, as `/usr/local/lib/imera/manifest` on a node counts and sums it. */
export interface Manifest extends z.infer<typeof tablesDocument>, z.infer<typeof uploadsDocument> {}

/** What the node has now. */
export async function presentManifest(session: NodeSession): Promise<Manifest> {
  const command = ["/usr/local/lib/imera/manifest", "--uploads", uploadDirectory] as const;
  const json: unknown = JSON.parse(await runProgram(session, command, { timeoutMs: 3_600_000 }));
  return { ...tablesDocument.parse(json), ...uploadsDocument.parse(json) };
}

/**
 * What was there when the backup was made, from the backup itself: the node reads it with the key that it restored with.
 * `restorePoint` names the backup.
 */
export async function backupManifest(session: NodeSession, restorePoint: string): Promise<Manifest> {
  const read = async (file: string): Promise<unknown> => {
    const script = [
      "set -euo pipefail -o allexport",
      "source /etc/imera/restic.env",
      `restic --no-lock --quiet dump --tag ${shellWord(`point=${restorePoint}`)} latest /srv/imera/backup/${file}`,
    ];
    return JSON.parse(await runProgram(session, ["bash", "-s"], { stdin: script.join("\n") }));
  };
  const [tables, uploads] = [await read("manifest.json"), await read("uploads.json")];
  return { ...tablesDocument.parse(tables), ...uploadsDocument.parse(uploads) };
}

/** A sentence for each table and each upload that is not as it was. */
export function gaps(expected: Manifest, found: Manifest): string[] {
  return [
    ...differences(
      "table",
      expected.tables,
      found.tables,
      ({ rows, checksum }) => `${rows} rows, checksum ${checksum}`,
    ),
    ...differences(
      "upload",
      expected.uploads,
      found.uploads,
      ({ sizeBytes, sha256 }) => `${sizeBytes} bytes, SHA-256 ${sha256}`,
    ),
  ];
}

function differences<Entry>(
  kind: string,
  expected: Readonly<Record<string, Entry>>,
  found: Readonly<Record<string, Entry>>,
  text: (entry: Entry) => string,
): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [expected[name], found[name]];
    if (was === undefined) return [`${kind} ${name}: was not in the backup`];
    if (is === undefined) return [`${kind} ${name}: is missing; it had ${text(was)}`];
    return text(was) === text(is) ? [] : [`${kind} ${name}: had ${text(was)}; now ${text(is)}`];
  });
}
