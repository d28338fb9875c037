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
import { watcherKey } from "../../components/settings/watch-rules.ts";
import { typeToConfirm } from "../../host/terminal/type-to-confirm.ts";
import { kindOf, resourceTypes } from "../../toolchain/engine/resource-types.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { say } from "./phase.ts";
import type { RebuildReport } from "./report.ts";

/** Options of the command about resources in another region. */
export interface LeaveBehindOptions {
  /** Forgets what is in another region, without deleting it. */
  readonly leaveBehind?: boolean;
  /** Answers the question that `leaveBehind` asks. */
  readonly yesLeaveBehind?: boolean;
}

/** Resources that the state does not know any more and DigitalOcean still has. */
export interface LeftBehind {
  readonly resources: RebuildReport["leftBehind"];
  /** Puts them into the state again. */
  takeBack(): Promise<void>;
}

/**
 * Decides about what is in another region than the one to build in. With `--leave-behind` the state forgets it, and nothing is
 * deleted at DigitalOcean; the node's key to the bucket is marked to be replaced, so that a node that comes back from the dead
 * can't write into the backups of the new one. Without, rejects where a volume is elsewhere. Does nothing where nothing is in
 * another region, as after a run that was killed.
 */
export async function leaveBehind(
  access: StackAccess,
  region: string,
  options: LeaveBehindOptions,
): Promise<LeftBehind> {
  const state = await readDeployment(access);
  const left = inOtherRegions(state, region);
  if (options.leaveBehind !== true) refuseToMoveData(left, region);
  if (options.leaveBehind !== true || left.length === 0) return { resources: [], takeBack: () => Promise.resolve() };
  say(describeLeft(left));
  if (options.yesLeaveBehind !== true) {
    const domain = await access.required("imera:domain");
    await typeToConfirm("They are forgotten, and built anew.", domain, "--yes-leave-behind");
  }
  await writeDeployment(access, forgetting(state, left));
  return {
    resources: left.map(({ urn, type, id = "" }) => ({ type, name: nameOf(urn), id })),
    takeBack: () => writeDeployment(access, state),
  };
}

/** A volume can't move: another region's begins empty, and what it has comes from the backup. */
function refuseToMoveData(elsewhere: readonly StateResource[], region: string): void {
  const volumes = elsewhere.filter(({ type }) => type === resourceTypes.volume);
  if (volumes.length === 0) return;
  const listed = volumes.map(({ id = "", inputs }) => `${id} in ${String(inputs?.["region"])}`).join(", ");
  throw new Error(
    `DigitalOcean still lists the data volume ${listed}, and a volume can't move to ${region}. Nothing was changed. If the ` +
      "region is gone for good, add --leave-behind: the volume is then forgotten, not deleted, and the data come from the backup.",
  );
}

/** Finds the resources that are bound to another region than `region`, and those that tie two such together. Pure. */
export function inOtherRegions(state: Deployment, region: string): StateResource[] {
  const all = resources(state);
  const bound = all.filter(
    // The droplet that watches has a region of its own.
    ({ urn, type, inputs }) =>
      regional.has(type) && inputs?.["region"] !== region && !nameOf(urn).endsWith(`-${watcherKey}-droplet`),
  );
  const urns = new Set(bound.map(({ urn }) => urn));
  const ties = all.filter(
    ({ type, dependencies }) => tying.has(type) && (dependencies ?? []).some((dependency) => urns.has(dependency)),
  );
  return [...bound, ...ties];
}

/** Makes the state that does not know `left`, and in which the nodes' keys to the bucket are to be replaced. Pure. */
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
