import { z } from "zod";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { isTransient } from "../../components/vendors/cloud-api.ts";
import { digitalocean, dropletForm } from "../network/cloud-api.ts";
import type { NamedResource } from "../../toolchain/engine/plan.ts";
import type { EngineEvent } from "../../toolchain/engine/events.ts";
import { type Deployment, nameOf, readDeployment, resources } from "../../toolchain/engine/state.ts";
import { kindOf, resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { type EngineRun, runEngine } from "../../toolchain/engine/run.ts";
import { endInterruptedRun, withoutStaleLock } from "../../toolchain/engine/interrupted-run.ts";
import { settlePendingCreates } from "../network/state/pending-creates.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { type PhaseTime, say, shownPhase } from "./phase.ts";

/** Findings of a refresh. */
export interface Refreshed {
  /** Resources that the state named and the clouds do not have. */
  readonly gone: readonly NamedResource[];
  readonly run: EngineRun;
  readonly time: PhaseTime;
}

/**
 * Brings the state in line with the clouds: clears up after a run that was killed, waits for what DigitalOcean is still at, and
 * has the engine look at every resource.
 */
export async function refresh(access: StackAccess): Promise<Refreshed> {
  const { value: run, time } = await shownPhase("refresh", "what is there (pulumi refresh)", async (report) => {
    await endInterruptedRun(access);
    const found = await readDeployment(access);
    const state = await withoutStaleLock(access, () => settlePendingCreates(access, found, report));
    await endOfChanges(access, state, report);
    return withoutStaleLock(access, () => runEngine(access, ["refresh", "--yes", "--skip-preview"]));
  });
  const gone = goneResources(run.events);
  say(describeGone(gone));
  return { gone, run, time };
}

/** Lists what a refresh found gone. Pure. */
export function goneResources(events: readonly EngineEvent[]): NamedResource[] {
  return events.flatMap((event) =>
    event.kind === "done" && event.step.op === "delete"
      ? [{ type: event.step.type, name: nameOf(event.step.urn) }]
      : [],
  );
}

/** Names what is gone in plain words. */
export function describeGone(gone: readonly NamedResource[]): string {
  if (gone.length === 0) return "Nothing is gone since the last look. What was missing then is in the plan.";
  return ["Gone:", ...gone.map(({ type, name }) => `  ${kindOf(type)} (${name})`)].join("\n");
}

/**
 * A droplet that is being deleted is listed, locked, until it is gone; a refresh would take it for one that stays. One that is
 * being made is locked until it boots.
 */
async function endOfChanges(access: StackAccess, state: Deployment, report: (line: string) => void): Promise<void> {
  const droplets = resources(state).filter(({ type }) => type === resourceTypes.droplet);
  if (droplets.length === 0) return;
  const api = await digitalocean(access);
  const answerForm = z.object({ droplet: dropletForm });
  for (const { id = "" } of droplets) {
    await waitUntil({
      what: `DigitalOcean to end what it does to droplet ${id}`,
      probe: notYetOn(isTransient, async () => {
        const answer = await api.get(`droplets/${encodeURIComponent(id)}`);
        if (answer === undefined) return { value: true };
        const { droplet } = answerForm.parse(answer);
        if (!droplet.locked) return { value: true };
        report(`DigitalOcean is busy with droplet ${droplet.name}; waiting`);
        return notYet(`${droplet.name} is ${droplet.status} and locked`);
      }),
      intervalMs: 500,
      timeoutMs: 300_000,
    });
  }
}
