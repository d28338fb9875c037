import type { ActionRunner, Cloud } from "./cloud.ts";
import type { Action, Work } from "./entities.ts";
import { messageWithCauses } from "../../host/error.ts";
import { unprocessable } from "./errors.ts";
import { perform, recordFailure } from "./perform.ts";
import { nextId } from "./state.ts";

/**
 * Makes the runner of a cloud's actions. `cloud` is asked for late, because the cloud has the runner. An action whose work
 * fails ends as `errored`, with its cause in the log.
 */
export function createActionRunner(cloud: () => Cloud): ActionRunner {
  const underWay = new Set<Promise<void>>();
  const pending = () =>
    cloud()
      .state.actions.all()
      .filter(({ status }) => status === "in-progress");

  const run = (action: Action) => {
    const done = finish(cloud(), action).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const runner: ActionRunner = {
    start(request) {
      const { state, now } = cloud();
      runner.assertFree(subjectOf(request.work));
      const id = nextId(state);
      const action = state.actions.put(String(id), {
        ...request,
        id,
        status: "in-progress",
        startedAt: now(),
        completedAt: null,
      });
      run(action);
      return action;
    },
    assertFree({ dropletId, volumeId }) {
      const busy = pending().map(({ work }) => subjectOf(work));
      if (dropletId !== undefined && dropletId !== null && busy.some((subject) => subject.dropletId === dropletId)) {
        throw unprocessable("Droplet already has a pending event.");
      }
      if (volumeId !== undefined && busy.some((subject) => subject.volumeId === volumeId)) {
        throw unprocessable("Volume already has a pending event.");
      }
    },
    isBusy: (dropletId) => pending().some(({ work }) => subjectOf(work).dropletId === dropletId),
    resume() {
      for (const action of pending()) run(action);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
  return runner;
}

async function finish(cloud: Cloud, action: Action): Promise<void> {
  const { state, log, now } = cloud;
  let status: Action["status"] = "completed";
  try {
    // The action is on disk before its work begins, so that no work is unknown after a crash.
    await cloud.store.flush();
    await perform(cloud, action.work);
  } catch (error) {
    status = "errored";
    recordFailure(cloud, action.work);
    log(
      `digitalocean action ${action.id} FAILED: ${action.type} ${JSON.stringify(action.work)}: ${messageWithCauses(error)}`,
    );
  }
  state.actions.put(String(action.id), { ...action, status, completedAt: now() });
  await cloud.store.flush().catch((error: unknown) => {
    log(`digitalocean action ${action.id} ended as ${status}, but this is not on disk: ${messageWithCauses(error)}`);
  });
}

function subjectOf(work: Work): { dropletId: number | null; volumeId?: string } {
  const dropletId = "dropletId" in work ? work.dropletId : null;
  return "volumeId" in work ? { dropletId, volumeId: work.volumeId } : { dropletId };
}
