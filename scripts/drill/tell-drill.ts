import { messageOf } from "../../host/error.ts";
import { openNode } from "../network/node/ssh.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { DrillSource } from "./source.ts";

/** Writes a line for the operator. */
type Say = (line: string) => void;

const timeoutMs = 10_000;

/** Tells the dead man's switch of a network, where it has one, how a drill ended. Says so where that cannot be told. */
export async function tellSwitch(
  { switchUrl }: Pick<DrillSource, "switchUrl">,
  passed: boolean,
  say: Say,
): Promise<void> {
  if (switchUrl === undefined) return;
  try {
    const { ok, status } = await fetch(passed ? switchUrl : `${switchUrl}/fail`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!ok) {
      const check = switchUrl.slice(switchUrl.lastIndexOf("/") + 1);
      say(`The dead man's switch answered ${status} to the word of this drill: see that it has a check ${check}.`);
    }
  } catch (error) {
    // The address is a secret: whoever has it can keep the switch quiet.
    const why = messageOf(error).replaceAll(switchUrl, "its address");
    say(`The dead man's switch was not told of this drill, and alarms in time: ${why}`);
  }
}

/** Leaves the time of a drill that passed on the network's nodes, which tell when the next one is late. Says so where they cannot be reached. */
export async function recordDrill(access: StackAccess, say: Say): Promise<void> {
  const stdin = `${JSON.stringify({ at: new Date().toISOString().replace(/\.\d+Z$/, "Z") })}\n`;
  try {
    for (const node of (await access.outputs()).nodes) {
      await using session = await openNode(access, node);
      const { exitCode, stderr } = await session.run(
        "install -m 0644 /dev/stdin /var/lib/imera/.drill.new && mv /var/lib/imera/.drill.new /var/lib/imera/drill.json",
        { stdin, timeoutMs },
      );
      if (exitCode !== 0) throw new Error(`${node.name}: ${stderr.trim()}`);
    }
  } catch (error) {
    say(`The network was not told of this drill, and calls it late in ten days: ${messageOf(error)}`);
  }
}
