import { z } from "zod";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { type CloudApi, isTransient } from "../../components/vendors/cloud-api.ts";

const actionForm = z.object({ action: z.object({ id: z.number(), status: z.string() }) });

/**
 * Starts an action of DigitalOcean, such as `{ type: "snapshot" }` at `droplets/7/actions`, and resolves when it has ended.
 * Rejects when it failed, after an hour, and with the reason of `signal`.
 */
export async function runAction(
  api: CloudApi,
  path: string,
  body: { readonly type: string; readonly [name: string]: string },
  signal: AbortSignal,
): Promise<void> {
  const { id } = actionForm.parse(await api.post(path, body)).action;
  await waitUntil({
    what: `DigitalOcean's action "${body.type}" at ${path}`,
    probe: notYetOn(isTransient, async () => {
      const { status } = actionForm.parse(await api.get(`actions/${id}`)).action;
      if (status === "errored") throw new Error(`DigitalOcean's action "${body.type}" at ${path} failed. Try again.`);
      return status === "completed" ? { value: true } : notYet(`it is ${status}`);
    }),
    intervalMs: 1000,
    timeoutMs: 3_600_000,
    signal,
  });
}
