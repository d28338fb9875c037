import { z } from "zod";
import { momentText, sizeText } from "../../host/terminal/quantities.ts";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const restorePlan = z.object({
  /** pgBackRest's name of the backup that would be restored. */
  backup: z.string(),
  /** When a restore or a rebuild left the history that the time belongs to, RFC 3339; null where it is the present one. */
  leftAt: z.string().nullable(),
  /** Sizes in bytes of the databases that earlier restores have moved aside, by their paths on the node. */
  setAside: z.record(z.string(), z.number()),
});
/** Plan of a restore, as the node makes it: the backup it would take, and the databases that earlier restores have left. */
export type RestorePlan = z.infer<typeof restorePlan>;

/** Asks a node what a restore to `time`, RFC 3339 in UTC, would do. Rejects with the node's reason where it could not be done. */
export async function planRestore(session: NodeSession, time: string): Promise<RestorePlan> {
  const command = ["/usr/local/sbin/imera-restore", "--to", time, "--plan"] as const;
  return restorePlan.parse(JSON.parse(await runProgram(session, command)));
}

/** Formats a plan for the operator who decides. */
export function describePlan({ backup, leftAt, setAside }: RestorePlan): string {
  const sizes = Object.values(setAside);
  const left = leftAt === null ? "" : ` ${describeHistory(leftAt)}`;
  const from = `The backup ${backup} is restored; the present data is set aside, not deleted.${left}`;
  if (sizes.length === 0) return from;
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const earlier = `Earlier restores have set aside ${sizeText(bytes)} on the volume, which nothing deletes (docs/backups.md):`;
  return [from, earlier, ...Object.entries(setAside).map(([path, size]) => `  ${path}  ${sizeText(size)}`)].join("\n");
}

function describeHistory(leftAt: string): string {
  return (
    `That time is before the restore or rebuild of ${momentText(leftAt)}, which cut off what came later: the network comes back ` +
    "as it was then, with what was cut off."
  );
}

/** Formats where the data from before a restore is, and how to get rid of it. */
export function describeSetAside(path: string): string {
  return (
    `The data from before is on the node, in ${path}.\n` +
    "docs/backups.md says how to look into it. Once nobody misses anything in it, delete it there, as root:\n" +
    `  rm -r ${path}`
  );
}
