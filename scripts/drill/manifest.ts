import { z } from "zod";
import { dataMountPoint, uploadDirectory } from "../../components/model/node-facts.ts";
import { shellWord } from "../../host/terminal/advice.ts";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const table = z.object({ rows: z.number(), checksum: z.string() });
const upload = z.object({ sizeBytes: z.number(), sha256: z.string() });

const manifest = z.object({
  version: z.literal(1),
  /** RFC 3339. */
  takenAt: z.string(),
  restorePoint: z.string().nullable(),
  /** By the table's name. */
  tables: z.record(z.string(), table),
  /** By the path in the folder of uploads. */
  uploads: z.record(z.string(), upload),
});
/** Contents of a database and its uploads, as `/usr/local/lib/imera/manifest` on a node counts and sums it. */
export type Manifest = z.infer<typeof manifest>;

/** Result of a comparison of a node with the backup that it restored. */
export interface Comparison {
  /** Contents when the backup was made. */
  readonly expected: Manifest;
  /** A sentence for each table and each upload that differs, is missing, or is too much. */
  readonly gaps: readonly string[];
}

/** Has a node compare what it has with the manifest in the backup that `restorePoint` names. */
export async function compareWithBackup(session: NodeSession, restorePoint: string): Promise<Comparison> {
  const dump = `restic --no-lock --quiet dump --tag ${shellWord(`point=${restorePoint}`)} latest ${manifestFile}`;
  const expected = manifest.parse(JSON.parse(await runWithStore(session, dump)));
  const compare = `/usr/local/lib/imera/manifest --compare /dev/stdin --uploads ${uploadDirectory}`;
  const differences = await runWithStore(session, `${dump} | ${compare}`);
  return { expected, gaps: differences.split("\n").filter((line) => line !== "") };
}

/**
 * Has a node compare the backup that it restored with the earlier ones in the store: one that was made of an empty folder is whole in
 * itself. Resolves to a sentence for each thing that is missing for no reason.
 */
export async function compareWithEarlierBackups(session: NodeSession): Promise<readonly string[]> {
  const sentences = await runProgram(session, ["/usr/local/lib/imera/compare-backups"], { timeoutMs: 3_600_000 });
  return z.array(z.string()).parse(JSON.parse(sentences));
}

const manifestFile = `${dataMountPoint}/backup/manifest.json`;

/** Runs a line of bash with the key to the backups that the node restored with. Exit code 1 with output is an answer too. */
function runWithStore(session: NodeSession, line: string): Promise<string> {
  const script = ["set -euo pipefail -o allexport", "source /etc/imera/restic.env", line].join("\n");
  return runProgram(session, ["bash", "-s"], { stdin: script, exitCodes: [1], timeoutMs: 3_600_000 });
}
