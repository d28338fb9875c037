import { createHash } from "node:crypto";
import { z } from "zod";
import { pendingOperations, readDeploymentWithSecrets } from "../../../toolchain/engine/state.ts";
import type { StackAccess } from "../stack-access.ts";

// How the CLI shows a secret value: as JSON in a text.
const shown = z
  .looseObject({ plaintext: z.string() })
  .transform(({ plaintext }) => z.string().parse(JSON.parse(plaintext)));
const inputs = z.looseObject({ userData: z.union([z.string(), shown]).optional() });

/**
 * Computes what the plugin keeps of the user data of a droplet whose creation is pending: a SHA-1 in hex; undefined
 * where the state has no such creation or no user data. With anything else in the state, the droplet would be replaced.
 * The user data hold a secret and are not kept.
 */
export async function userDataInState(access: StackAccess, urn: string): Promise<string | undefined> {
  const state = await readDeploymentWithSecrets(access);
  const operation = pendingOperations(state).find(({ resource }) => resource.urn === urn);
  const { userData } = inputs.parse(operation?.resource.inputs ?? {});
  return userData === undefined ? undefined : createHash("sha1").update(userData).digest("hex");
}
