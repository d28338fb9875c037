import { z } from "zod";
import {
  type Deployment,
  nameOf,
  readDeployment,
  resources,
  type StateResource,
  withoutResources,
  writeDeployment,
} from "../../toolchain/engine/state.ts";
import { typeToConfirm } from "../../host/terminal/type-to-confirm.ts";
import { kindOf, resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { say, type Work } from "./work.ts";

/**
 * Where `--leave-behind` is given: forgets what is in another region than the one to build in. Nothing is deleted at
 * DigitalOcean. The node's key to the bucket is marked to be replaced, so that a node that comes back from the dead can't write
 * into the backups of the new one. Does nothing where nothing is in another region, as after a run that was killed. Resolves to
 * what takes it back.
 */
export async function leaveBehind(work: Work, region: string): Promise<() => Promise<void>> {
  const { access, options } = work;
  if (options.leaveBehind !== true) return () => Promise.resolve();
  const state = await readDeployment(access);
  const left = inOtherRegions(state, region);
  if (left.length === 0) return () => Promise.resolve();
  say(describeLeft(left));
  if (options.yesLeaveBehind !== true) {
    const domain = await access.secret("imera:domain");
    await typeToConfirm("They are forgotten, and built anew.", domain, "--yes-leave-behind");
  }
  await writeDeployment(access, forgetting(state, left));
  work.leftBehind.push(...left.map(({ urn, type, id = "" }) => ({ type, name: nameOf(urn), id })));
  return () => writeDeployment(access, state);
}

/** What is bound to a region that is not `region`, and what ties two such things together. Pure. */
export function inOtherRegions(state: Deployment, region: string): StateResource[] {
  const all = resources(state);
  const bound = all.filter(({ type, inputs }) => regional.has(type) && inputs?.["region"] !== region);
  const urns = new Set(bound.map(({ urn }) => urn));
  const ties = all.filter(
    ({ type, dependencies }) => tying.has(type) && (dependencies ?? []).some((dependency) => urns.has(dependency)),
  );
  return [...bound, ...ties];
}

/** The state without them, and with the nodes' keys to the bucket marked to be replaced. Pure. */
export function forgetting(state: Deployment, left: readonly StateResource[]): Deployment {
  const rest = withoutResources(state, new Set(left.map(({ urn }) => urn)));
  const marked = resources(rest).map((each) => (isWritingKey(each) ? { ...each, taint: true } : each));
  return { ...rest, deployment: { ...rest.deployment, resources: marked } };
}

const regional = new Set<string>([
  resourceTypes.droplet,
  resourceTypes.volume,
  resourceTypes.vpc,
  resourceTypes.reservedIp,
]);
const tying = new Set<string>([resourceTypes.volumeAttachment, resourceTypes.reservedIpAssignment]);

const grantsForm = z.array(z.looseObject({ permission: z.string() }));

function isWritingKey({ type, inputs }: StateResource): boolean {
  if (type !== resourceTypes.spacesKey) return false;
  const grants = grantsForm.safeParse(inputs?.["grants"]).data ?? [];
  return grants.some(({ permission }) => permission !== "read");
}

function describeLeft(left: readonly StateResource[]): string {
  return [
    "These are left where they are. DigitalOcean goes on charging for them until you delete them there:",
    ...left
      .filter(({ type }) => regional.has(type))
      .map(({ type, id = "", inputs }) => `  ${kindOf(type)} ${id} in ${String(inputs?.["region"])}`),
    "Delete the droplet before anybody starts it again. The volume may still hold messages that no backup has.",
  ].join("\n");
}
