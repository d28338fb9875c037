import { z } from "zod";
import { sizeText } from "../../host/terminal/quantities.ts";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const restorePlan = z.object({
  /** pgBackRest's name of the backup that would be restored. */
  backup: z.string(),
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
export function describePlan({ backup, setAside }: RestorePlan): string {
  const sizes = Object.values(setAside);
  const from = `The backup ${backup} is restored; the present data is set aside, not deleted.`;
  if (sizes.length === 0) return from;
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const earlier = `Earlier restores have set aside ${sizeText(bytes)} on the volume, which nothing deletes (docs/backups.md):`;
  return [from, earlier, ...Object.entries(setAside).map(([path, size]) => `  ${path}  ${sizeText(size)}`)].join("\n");
}

/** Formats where the data from before a restore is, and how to get rid of it. */
export function describeSetAside(path: string): string {
  return (
    `The data from before is on the node, in ${path}.\n` +
    "docs/backups.md says how to look into it. Once nobody misses anything in it, delete it there, as root:\n" +
    `  rm -r ${path}`
  );
}
