import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Resource that the stack's state has had since before this run. */
export interface KnownResource {
  /** For example `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  /** Last part of the URN, such as `imera-xmpp1-droplet`. */
  readonly name: string;
  /** The vendor's id; empty where the resource has none. */
  readonly id: string;
  /** Outputs as the engine last saved them, secrets among them in clear. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Lists the resources in the stack's own state, as the last run left it; empty for a stack of which nothing was made yet.
 * By them a program tells what belongs to its stack from what it finds at the vendors. Rejects with the engine's words.
 */
export async function knownResources(): Promise<readonly KnownResource[]> {
  const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName: pulumi.getStack(),
  });
  const { outputs: resources } = stateForm.parse(answer);
  return Object.entries(resources).map(([urn, { type, outputs }]) => ({
    type,
    name: urn.split("::").at(-1) ?? "",
    id: idForm.parse(outputs["id"]),
    outputs,
  }));
}

const idForm = z.string().catch("");
const stateForm = z.object({
  outputs: z.record(z.string(), z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()) })).default({}),
});
