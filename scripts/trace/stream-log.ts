import { shellWord } from "../../host/terminal/advice.ts";
import type { ExaminedNetwork } from "../doctor/examined-network.ts";
import { openNode } from "../network/node/ssh.ts";

/** Reads the last lines of the node's log about streams to or from a domain, newest first. Rejects where SSH does. */
export async function readStreamLog({ access, node }: ExaminedNetwork, domain: string): Promise<readonly string[]> {
  await using session = await openNode(access, node);
  const command = `grep -F ${shellWord(domain)} /var/log/ejabberd/ejabberd.log | grep -F s2s | tail -n 50`;
  const { stdout } = await session.run(command, { timeoutMs: 10_000 });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .reverse();
}

/** Finds the newest reason for a stream that failed; undefined: there is none in these lines. */
export function reasonIn(newestFirst: readonly string[]): string | undefined {
  const line = newestFirst.find((each) => /Failed|Closing|Stopping|error/i.test(each));
  return line?.replace(/^.*?(Failed|Closing|Stopping)/, "The node's log says: $1");
}
