import { z } from "zod";
import { waitUntil } from "../../host/wait-until.ts";
import { digitalocean, dropletForm } from "../network/cloud-api.ts";
import { type Deployment, readDeployment, resources } from "../../toolchain/engine/state.ts";
import { resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { runEngine } from "../../toolchain/engine/run.ts";
import { endInterruptedRun, withoutStaleLock } from "../../toolchain/engine/interrupted-run.ts";
import { settlePendingCreates } from "../network/state/pending-creates.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { type Change, describeGone, goneResources } from "./plan.ts";
import { inPhase, say, type Work } from "./work.ts";

/**
 * Makes the state say what there is: clears up after a run that was killed, waits for what DigitalOcean is still at, and has the
 * engine look at every resource. Resolves to what is gone.
 */
export async function refresh(work: Work): Promise<Change[]> {
  const { access } = work;
  const gone = await inPhase(work, "refresh", "what is there (pulumi refresh)", async (report) => {
    await endInterruptedRun(access);
    const found = await readDeployment(access);
    const state = await withoutStaleLock(access, () => settlePendingCreates(access, found, report));
    await endOfChanges(access, state, report);
    const run = await withoutStaleLock(access, () => runEngine(access, ["refresh", "--yes", "--skip-preview"]));
    work.runs.push(run);
    return goneResources(run.events);
  });
  say(describeGone(gone));
  work.gone.push(...gone);
  return gone;
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
      probe: async () => {
        const answer = await api.get(`droplets/${encodeURIComponent(id)}`);
        if (answer === undefined) return { value: true };
        const { droplet } = answerForm.parse(answer);
        if (!droplet.locked) return { value: true };
        report(`DigitalOcean is busy with droplet ${droplet.name}; waiting`);
        return { seen: `${droplet.name} is ${droplet.status} and locked` };
      },
      intervalMs: 500,
      timeoutMs: 300_000,
    });
  }
}
