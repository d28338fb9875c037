import { z } from "zod";
import { networkCommandLine, withWholeCommands } from "../../host/terminal/advice.ts";
import { type NetworkNode, nodeKey } from "../network/network-outputs.ts";
import { runProgram } from "../network/node/program.ts";
import { openNode } from "../network/node/ssh.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { Finding } from "./finding.ts";

/** Schema of what a node's program `examine` prints. */
const examined = z.object({
  findings: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(["ok", "warning", "error"]),
      seen: z.string(),
      wanted: z.string(),
      meaning: z.string(),
      /** Advice in words; empty where there is a command. */
      advice: z.string(),
      /** Command line for the node's shell; empty where there is none. */
      command: z.string(),
      explains: z.array(z.string()),
    }),
  ),
  broken: z.array(z.object({ check: z.string(), why: z.string() })),
  /** SHA-256 of the certificate that was issued, in hexadecimal; null: there is none. */
  certificate: z.string().nullable(),
});

/** Node's examination of itself. */
export interface NodeReport {
  readonly findings: readonly Finding[];
  /** Checks on the node that ended on an error of their own. */
  readonly broken: readonly { readonly check: string; readonly why: string }[];
  /** SHA-256 of the certificate that was issued, 64 hexadecimal digits; null: there is none. */
  readonly certificate: string | null;
}

/** Has a node examine itself. Rejects where it does not answer, or does not end within 11 s. */
export async function examineNode(access: StackAccess, node: NetworkNode): Promise<NodeReport> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${node.name} gave no answer over SSH within ${limitMs / 1000} s`)),
    limitMs,
  );
  try {
    return await Promise.race([askNode(access, node), over]);
  } finally {
    clearTimeout(timer);
  }
}

const limitMs = 11_000;

async function askNode(access: StackAccess, node: NetworkNode): Promise<NodeReport> {
  await using session = await openNode(access, node);
  const answer = await runProgram(session, ["/usr/local/lib/imera/examine"], { timeoutMs: limitMs });
  const { findings, broken, certificate } = examined.parse(JSON.parse(answer));
  return {
    findings: findings.map(({ advice, command, ...finding }) => ({
      ...finding,
      next:
        command === ""
          ? withWholeCommands(advice, session.stack)
          : networkCommandLine("ssh", access, nodeKey(node), command),
    })),
    broken,
    certificate,
  };
}
