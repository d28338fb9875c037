import { z } from "zod";
import { runProgram } from "./program.ts";
import type { NodeSession } from "./ssh.ts";

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
  const answer = await runProgram(session, ["/usr/local/lib/imera/health"], { exitCodes: [1] });
  const { serving, checks } = health.parse(JSON.parse(answer));
  const red = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  if (serving) return red;
  throw new Error(`The node does not serve:\n  ${red.join("\n  ")}`);
}
