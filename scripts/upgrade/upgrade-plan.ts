import { z } from "zod";
import { type NamedStack, networkCommandLine } from "../../host/terminal/advice.ts";
import { textTable } from "../../host/terminal/text-table.ts";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";

const planForm = z.object({
  upgrades: z.array(z.object({ name: z.string(), installed: z.string(), candidate: z.string() })),
  rebootIsDue: z.boolean(),
});

/** Upgrades that wait on a node, and whether it is to be rebooted for those that were made. */
export type UpgradePlan = z.infer<typeof planForm>;

/** Has a node read its package lists anew. Rejects where it cannot, or where apt finds no way. */
export async function readUpgradePlan(session: NodeSession): Promise<UpgradePlan> {
  return planForm.parse(JSON.parse(await runProgram(session, ["/usr/local/sbin/imera-upgrade", "plan"])));
}

/** Writes an upgrade plan for an operator, with what else to do. */
export function describeUpgradePlan({ upgrades, rebootIsDue }: UpgradePlan, stack: NamedStack): string {
  const rows = upgrades.map(({ name, installed, candidate }) => [name, installed || "none", candidate]);
  const table =
    rows.length === 0
      ? "Nothing waits: ejabberd and PostgreSQL are as new as Debian has them."
      : textTable(["PACKAGE", "NOW", "THEN"], rows);
  const reboot = rebootIsDue
    ? [`A reboot is due for other updates: ${networkCommandLine("ssh", stack, "xmpp1", "systemctl", "reboot")}`]
    : [];
  return [table, ...reboot].join("\n");
}
