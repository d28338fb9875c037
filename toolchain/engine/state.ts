import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import type { EngineStack } from "./stack.ts";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  delete: z.boolean().optional(),
  protect: z.boolean().optional(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
});

const pendingOperation = z.looseObject({ type: z.string(), resource });

const deployment = z.looseObject({
  resources: z.array(resource).nullish(),
  pending_operations: z.array(pendingOperation).nullish(),
});

// A backend may have none for a stack of which nothing was made yet.
const exported = z.looseObject({ deployment: z.preprocess((value) => value ?? {}, deployment) });

/** State of a stack, as `pulumi stack export` prints it; secrets are encrypted unless they were asked for. */
export type Deployment = z.infer<typeof exported>;
/** Resource in the state of a stack. */
export type StateResource = z.infer<typeof resource>;
/** Operation on a resource that the engine had begun when it was killed. */
export type PendingOperation = z.infer<typeof pendingOperation>;

/** The part of a stack that reads and writes its state. */
type StateOwner = Pick<EngineStack, "pulumi">;

/** Reads the state of a stack. */
export async function readDeployment(stack: StateOwner): Promise<Deployment> {
  return parseDeployment(await stack.pulumi("stack", "export"));
}

/** Reads the state of a stack with its secrets in clear text: each as `{ plaintext: <JSON> }`. Keep it nowhere. */
export async function readDeploymentWithSecrets(stack: StateOwner): Promise<Deployment> {
  return parseDeployment(await stack.pulumi("stack", "export", "--show-secrets"));
}

/** Parses what `pulumi stack export` prints; throws a ZodError for anything else. */
function parseDeployment(json: string): Deployment {
  return exported.parse(JSON.parse(json));
}

/** Puts a changed state in place of the stack's. The CLI checks that it is whole, and drops pending operations. */
export async function writeDeployment(stack: StateOwner, deployment: Deployment): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "imera-state-"));
  try {
    const file = path.join(folder, "state.json");
    await writeFile(file, JSON.stringify(deployment), { mode: 0o600 });
    await stack.pulumi("stack", "import", "--file", file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Lists the resources of a state. */
export function resources({ deployment }: Deployment): readonly StateResource[] {
  return deployment.resources ?? [];
}

/** Operations that a killed engine had begun, such as `creating`, and of which nobody knows whether they were done. */
export function pendingOperations({ deployment }: Deployment): readonly PendingOperation[] {
  return deployment.pending_operations ?? [];
}

/** Resources whose creation was begun, and of which nobody knows whether it was done. */
export function pendingCreates(state: Deployment): readonly StateResource[] {
  return pendingOperations(state)
    .filter(({ type }) => type === "creating")
    .map((operation) => operation.resource);
}

/** Returns the name of a resource in the program: the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/**
 * Returns the state without the resources of `urns`, as a refresh leaves it when it finds resources gone: a dependent resource
 * stays, without the dependency. Pure.
 */
export function withoutResources(state: Deployment, urns: ReadonlySet<string>): Deployment {
  const kept = resources(state).filter(({ urn }) => !urns.has(urn));
  const known = (list: readonly string[] | null | undefined) => (list ?? []).filter((urn) => !urns.has(urn));
  return withResources(
    state,
    kept.map((each) => ({
      ...each,
      dependencies: known(each.dependencies),
      propertyDependencies: Object.fromEntries(
        Object.entries(each.propertyDependencies ?? {}).map(([property, list]) => [property, known(list)]),
      ),
    })),
  );
}

/**
 * Returns the state with a resource that turned out to exist under `id`. Of its outputs only those in `outputs` are known; the
 * next refresh reads the rest. A resource that it was to replace is marked to be deleted. Pure.
 */
export function withAdopted(
  state: Deployment,
  found: StateResource,
  { id, ...outputs }: Readonly<Record<string, string>> & { readonly id: string },
): Deployment {
  const adopted = { ...found, id, outputs: { ...found.inputs, ...outputs, id } };
  const list = resources(state).map((each) => (each.urn === found.urn ? { ...each, delete: true } : each));
  const place = list.findIndex(({ urn }) => urn === found.urn);
  return withResources(state, list.toSpliced(place === -1 ? list.length : place, 0, adopted));
}

function withResources(state: Deployment, list: StateResource[]): Deployment {
  return { ...state, deployment: { ...state.deployment, resources: list } };
}
