import { setTimeout as sleep } from "node:timers/promises";

/**
 * Tries again on 429, on 5xx but 501 and when there is no answer, waiting twice as long each time. Answers with the last
 * outcome, whatever it is.
 */
export async function sendPatiently<Answer extends { readonly status: number }>(
  send: () => Promise<Answer>,
  signal: AbortSignal,
  firstRetryMs = 250,
): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await send().catch((error: unknown) => ({ error }));
    const failed =
      "error" in outcome || outcome.status === 429 || (outcome.status >= 500 && outcome.status !== NOT_IMPLEMENTED);
    if (!failed || attempt === MAX_RETRIES || signal.aborted) {
      if ("error" in outcome) throw outcome.error;
      return outcome;
    }
    await sleep(firstRetryMs * 2 ** attempt, undefined, { signal });
  }
}

const MAX_RETRIES = 4;
/** The local cloud's answer to what it does not have. */
const NOT_IMPLEMENTED = 501;
