import { dataLosses, describePlan, type PlannedChange, plannedChanges, warnings } from "../../toolchain/engine/plan.ts";
import { kindOf } from "../../toolchain/engine/resource-types.ts";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { askToGoOn } from "../network/command-line.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { runEngine } from "../../toolchain/engine/run.ts";
import { type PhaseTime, say, shownPhase, timed } from "./phase.ts";

/** Options of the command that the plan depends on. */
export interface PlanOptions {
  /** Carries the plan out without asking. */
  readonly yes?: boolean;
}

/**
 * Has the engine say what it would do, shows it, and asks whether to go on. Resolves to the time that it took. Rejects where
 * data would be lost, and where the answer is no.
 */
export async function plan(access: StackAccess, { yes }: PlanOptions): Promise<PhaseTime[]> {
  const { value: events, time } = await shownPhase("plan", "what to do (pulumi preview)", async () => {
    return (await runEngine(access, ["preview"])).events;
  });
  const changes = plannedChanges(events);
  for (const warning of warnings(events)) say(`Warning: ${warning}`);
  say(describePlan(changes));
  refuseLosses(access, dataLosses(changes));
  if (yes === true || changes.length === 0) return [time];
  return [time, (await timed("question", () => askToGoOn("Go on?", "--yes"))).time];
}

function refuseLosses(stack: NamedStack, losses: readonly PlannedChange[]): void {
  if (losses.length === 0) return;
  const what = losses.map(({ does, type, name }) => `${does} the ${kindOf(type)} ${name}`).join(", ");
  throw new Error(
    `The plan would ${what}, with all data in it. A rebuild never does that; nothing was changed. See what asks for it: ` +
      pulumiCommandLine(stack, "preview", "--diff"),
  );
}
