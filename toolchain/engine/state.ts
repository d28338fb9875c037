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

const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.looseObject({ type: z.string(), resource })).nullish(),
  }),
});

/** What the engine knows, as `pulumi stack export` prints it; secrets in it are encrypted. */
export type Deployment = z.infer<typeof exported>;
/** One resource in it. */
export type StateResource = z.infer<typeof resource>;

/** Reads the state of a stack. */
export async function readDeployment(stack: EngineStack): Promise<Deployment> {
  return exported.parse(JSON.parse(await stack.pulumi("stack", "export")));
}

/** Puts a changed state in place of the stack's. The CLI checks that it is whole, and drops pending operations. */
export async function writeDeployment(stack: EngineStack, deployment: Deployment): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "imera-state-"));
  try {
    const file = path.join(folder, "state.json");
    await writeFile(file, JSON.stringify(deployment), { mode: 0o600 });
    await stack.pulumi("stack", "import", "--file", file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All resources of the state. */
export function resources({ deployment }: Deployment): readonly StateResource[] {
  return deployment.resources ?? [];
}

/** Resources whose creation was begun, and of which nobody knows whether it was done. */
export function pendingCreates({ deployment }: Deployment): readonly StateResource[] {
  const operations = deployment.pending_operations ?? [];
  return operations.filter(({ type }) => type === "creating").map((operation) => operation.resource);
}

/** Name of a resource in the program: the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/**
 * The state without these resources, as a refresh leaves it when it finds them gone: what depends on them stays, and no longer
 * says so. Pure.
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
 * The state with a resource that turned out to exist under `id`. Its outputs are not known yet but for those in `outputs`: the
 * next refresh reads them. One that it was to replace is left to be deleted. Pure.
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
