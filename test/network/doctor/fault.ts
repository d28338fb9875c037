import { allChecks } from "../../../scripts/doctor/checks.ts";
import { type ExaminedStack, examinedNetwork, readExaminedStack } from "../../../scripts/doctor/examined-network.ts";
import { type Examination, examine } from "../../../scripts/doctor/examination.ts";
import { openStack } from "../../../scripts/network/open-stack.ts";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { testRunNumber } from "../cloud.ts";

/** Fault that is brought about on a network that runs, and taken back. */
export interface Fault {
  /** What is done to the network. */
  readonly name: string;
  /** Id of the only trouble that the doctor names; what follows from that one stands below it. */
  readonly finds: string;
  /** Severity of that trouble. Default: `error`. */
  readonly severity?: "warning";
  /** Changes the stack that is examined, in place of the network. */
  readonly stack?: Partial<ExaminedStack>;
  /** Brings it about. Resolves to the way back. */
  readonly bring?: () => Promise<() => Promise<unknown>>;
}

/** Makes a fault of two command lines for the node's shell. */
export function shellFault(
  shell: (command: string) => Promise<string>,
  fault: Omit<Fault, "bring" | "stack"> & { readonly break: string; readonly mend: string },
): Fault {
  const { break: broken, mend, ...rest } = fault;
  return {
    ...rest,
    bring: async () => {
      await shell(broken);
      return () => shell(mend);
    },
  };
}

/** The stack of the tests' network, as the doctor reads it. */
export async function stackUnderTest(): Promise<ExaminedStack> {
  return readExaminedStack(await openStack({ stack: "local", run: Number(testRunNumber()) }), undefined);
}

/**
 * Examines the network until the doctor names exactly these troubles, each as severity and id, or three minutes are over: what was
 * mended just before may take a moment to be well, and the archive of a busy node is looked at once a minute. Resolves to the last
 * examination.
 */
export async function examinationWith(stack: ExaminedStack, wanted: readonly string[]): Promise<Examination> {
  const seen: Examination[] = [];
  const probe = async () => {
    await using network = examinedNetwork(stack);
    const examination = await examine(network, allChecks);
    seen.push(examination);
    const named = namedBy(examination);
    return JSON.stringify(named) === JSON.stringify(wanted) ? { value: examination } : notYet(JSON.stringify(named));
  };
  const limits = { what: "the doctor to name it", intervalMs: 500, timeoutMs: 180_000, lookTimeoutMs: 60_000 };
  const found = await waitUntil({ ...limits, probe }).catch(() => seen.at(-1));
  if (found === undefined) throw new Error("the doctor did not come to an end");
  return found;
}

/** Lists what the doctor names: each trouble, and each check of its own that broke. */
export function namedBy({ troubles, broken }: Examination): readonly string[] {
  return [
    ...troubles.map(({ severity, id }) => `${severity} ${id}`),
    ...broken.map(({ check, why }) => `broken ${check}: ${why}`),
  ];
}
