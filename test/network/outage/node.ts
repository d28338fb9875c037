import { z } from "zod";
import { execInside } from "../../../local/incus/exec.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { vendorNames } from "../../../components/model/vendor-names.ts";
import { stackName } from "../../../local/stack/stack-name.ts";
import { isCommandFailure } from "../../../local/incus/exec.ts";
import { notYet, notYetOn, waitUntil } from "../../../host/wait-until.ts";
import { testRunNumber } from "../cloud.ts";
import { digitaloceanList } from "../vendors.ts";

/** The network's own droplet as its provider sees it, with root's shell in it. */
export interface NodeMachine {
  readonly dropletId: number;
  readonly volumeIds: readonly string[];
  /** Slug of its region. */
  readonly region: string;
  /** Slug of its image, or the image's id where it has none: a value of `imera:image`. */
  readonly image: string;
  readonly publicIpv4: string;
  /** Standard output of a shell command inside, 60 s at most unless told; throws when it fails. */
  shell(command: string, options?: { readonly timeoutMs?: number; readonly input?: string }): Promise<string>;
}

/** The network's only droplet; throws when there is none or more than one. Droplets of no network do not count. */
export async function nodeMachine(): Promise<NodeMachine> {
  const all = (await digitaloceanList("droplets")) as DropletAnswer[];
  const droplets = all.filter(({ tags }) => tags.includes(vendorNames(stackName).tag));
  const [droplet] = droplets;
  if (droplet === undefined || droplets.length > 1) throw new Error(`${droplets.length} droplets instead of one`);
  const run = runNumbered(Number(testRunNumber()));
  return {
    dropletId: droplet.id,
    volumeIds: droplet.volume_ids,
    region: droplet.region.slug,
    image: droplet.image.slug ?? String(droplet.image.id),
    publicIpv4: droplet.networks.v4.find(({ type }) => type === "public")?.ip_address ?? "none",
    shell: (command, { timeoutMs = 60_000, input } = {}) =>
      execInside(run, `${run.name}-droplet-${droplet.id}`, ["bash", "-c", command], {
        timeoutMs,
        ...(input === undefined ? {} : { input }),
      }),
  };
}

interface DropletAnswer {
  readonly id: number;
  readonly tags: readonly string[];
  readonly volume_ids: readonly string[];
  readonly region: { readonly slug: string };
  readonly image: { readonly id: number; readonly slug: string | null };
  readonly networks: { readonly v4: readonly { readonly type: string; readonly ip_address: string }[] };
}

/** Runs SQL on the network's database as its superuser; resolves to what psql prints, one row a line, columns by `|`. */
export async function query(node: NodeMachine, sql: string): Promise<string[]> {
  const superuser = "setpriv --reuid postgres --regid postgres --init-groups --reset-env";
  const psql = "psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname ejabberd --file -";
  const output = await node.shell(`cd / && ${superuser} ${psql}`, { input: sql, timeoutMs: 120_000 });
  return output.split("\n").filter((line) => line !== "");
}

/** Health of a node, as its program `health` prints it. */
export type Health = z.infer<typeof health>;

const health = z.object({
  healthy: z.boolean(),
  serving: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

/** Asks the node for its health. */
async function healthOf(node: NodeMachine): Promise<Health> {
  // Its exit code says no more than its answer.
  const answer = await node.shell("/usr/local/lib/imera/health || test $? = 1");
  return health.parse(JSON.parse(answer));
}

/** Resolves when the node does what its users want of it; throws with what is red. */
export function isServing(node: NodeMachine, timeoutMs: number): Promise<Health> {
  return healthIs(node, "the node to serve", ({ serving }) => serving, timeoutMs);
}

/** Resolves when the node's health is as `wanted` says. */
export function healthIs(
  node: NodeMachine,
  what: string,
  wanted: (health: Health) => boolean,
  timeoutMs: number,
): Promise<Health> {
  // A node that boots has no shell, and then no program that says how it is.
  const probe = notYetOn(isCommandFailure, async () => {
    const value = await healthOf(node);
    return wanted(value) ? { value } : notYet(JSON.stringify(value.checks.filter(({ ok }) => !ok)));
  });
  return waitUntil({ what, probe, intervalMs: 1_000, timeoutMs, lookTimeoutMs: 60_000 });
}
