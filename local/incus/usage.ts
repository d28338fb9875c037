import type { DropletUsage } from "../digitalocean/hypervisor.ts";
import type { Run } from "../run/run.ts";
import { execInside, isCommandFailure } from "./exec.ts";

/** Measures the use of a machine's memory and root disk inside of it. Undefined where it does not answer. */
export async function measureUsage(run: Run, instance: string): Promise<DropletUsage | undefined> {
  try {
    return parseUsage(await execInside(run, instance, ["sh", "-c", question], { timeoutMs: 10_000 }));
  } catch (error) {
    if (!isCommandFailure(error)) throw error;
    return undefined;
  }
}

const question = "df --output=pcent / | tail -n 1; awk '/^Mem(Total|Available):/ { print $2 }' /proc/meminfo";

/** Reads what the machine answers: the disk's per cent, then memory in all and memory that is available, in KiB, a line each. */
export function parseUsage(answer: string): DropletUsage {
  const [disk = NaN, total = NaN, available = NaN] = answer.split("\n").map((line) => Number.parseInt(line, 10));
  if (!(total > 0) || Number.isNaN(disk + available)) throw new Error(`a machine's use cannot be read: ${answer}`);
  return { diskPercent: disk, memoryPercent: (100 * (total - available)) / total };
}
