import { z } from "zod";
import { withWholeCommands } from "../../../host/terminal/advice.ts";
import { runProgram } from "./program.ts";
import type { NodeSession } from "./ssh.ts";

/** Schema of a node's own judgement of itself, as its program `health` prints it. */
const health = z.object({
  healthy: z.boolean(),
  /** True when the node serves its users, whatever its backups do. */
  serving: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

/**
 * Asks the node whether it does what it is for; throws with each check that says no. Resolves to the checks that are red though
 * it serves, such as those of its backups, one line each.
 */
export async function checkHealth(session: NodeSession): Promise<readonly string[]> {
  const { serving, checks } = await readHealth(session);
  const red = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  if (serving) return red;
  throw new Error(`The node does not serve:\n  ${red.join("\n  ")}`);
}

/** A node's own judgement of itself, as its program `health` prints it. */
export type Health = z.infer<typeof health>;

/** Asks the node for its own judgement of itself. Rejects where it gives none within a minute. */
export async function readHealth(session: NodeSession): Promise<Health> {
  const command = ["/usr/local/lib/imera/health"] as const;
  const answer = await runProgram(session, command, { exitCodes: [1], timeoutMs: 60_000 });
  return health.parse(JSON.parse(withWholeCommands(answer, session.stack)));
}
