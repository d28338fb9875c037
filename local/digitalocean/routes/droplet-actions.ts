import type { Context } from "hono";
import { z } from "zod";
import { backupPolicyBody, readBackupPolicy } from "../backup-policy.ts";
import { readBody } from "../body.ts";
import { findSize } from "../catalogue.ts";
import type { Cloud } from "../cloud.ts";
import { assertHostName } from "../create-droplet.ts";
import type { Droplet, Work } from "../entities.ts";
import { unprocessable, unsupported, type Env } from "../errors.ts";
import { beginSnapshot } from "../snapshots.ts";
import { actionView } from "../views.ts";

const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

const actionBody = z.discriminatedUnion("type", [
  bare("power_on"),
  bare("power_off"),
  bare("shutdown"),
  bare("reboot"),
  bare("power_cycle"),
  bare("enable_private_networking"),
  bare("disable_backups"),
  z.strictObject({ type: z.literal("enable_backups"), backup_policy: backupPolicyBody.nullish() }),
  z.strictObject({ type: z.literal("change_backup_policy"), backup_policy: backupPolicyBody }),
  z.strictObject({ type: z.literal("resize"), size: z.string(), disk: z.boolean().default(false) }),
  z.strictObject({ type: z.literal("rename"), name: z.string() }),
  z.strictObject({ type: z.literal("snapshot"), name: z.string().optional() }),
]);
type ActionBody = z.infer<typeof actionBody>;

/** `enable_ipv6` too: the hypervisor gives addresses at creation only, and an answer must not promise what is not so. */
const known = z.object({
  type: z.enum(["enable_ipv6", "password_reset", "rebuild", "restore", "change_kernel"]),
});

/** `POST /v2/droplets/{id}/actions`: answers 201 with the action, in progress. Throws 422, or 501 for what is not built. */
export async function startDropletAction(c: Context<Env>, cloud: Cloud, droplet: Droplet): Promise<Response> {
  const unbuilt = known.safeParse(await c.req.json().catch(() => undefined));
  if (unbuilt.success) throw unsupported(`the droplet action ${unbuilt.data.type}`);
  const body = await readBody(c, actionBody);
  cloud.actions.assertFree({ dropletId: droplet.id });
  const action = cloud.actions.start({
    type: body.type,
    resourceType: "droplet",
    resourceId: droplet.id,
    region: droplet.region,
    work: workFor(cloud, droplet, body),
  });
  return c.json({ action: actionView(action) }, 201);
}

function workFor(cloud: Cloud, droplet: Droplet, body: ActionBody): Work {
  const dropletId = droplet.id;
  switch (body.type) {
    case "power_on":
      assertPower(droplet, "off", "Droplet is already powered on.");
      return { kind: "power", dropletId, change: "on" };
    case "power_off":
      assertPower(droplet, "active", "Droplet is already powered off.");
      return { kind: "power", dropletId, change: "powerOff" };
    case "shutdown":
      // DigitalOcean takes it of a droplet that is off, too; the official plugin relies on that.
      return { kind: "power", dropletId, change: "shutdown" };
    case "reboot":
      assertPower(droplet, "active", "Droplet is powered off.");
      return { kind: "power", dropletId, change: "reboot" };
    case "power_cycle":
      return { kind: "power", dropletId, change: "powerCycle" };
    case "enable_private_networking":
      throw unprocessable("Private networking is already enabled on this droplet.");
    case "enable_backups":
    case "change_backup_policy":
      return { kind: "setBackups", dropletId, policy: readBackupPolicy(body.backup_policy) };
    case "disable_backups":
      return { kind: "setBackups", dropletId, policy: null };
    case "resize":
      return resizeWork(droplet, body.size, body.disk);
    case "rename":
      assertHostName(body.name);
      return { kind: "renameDroplet", dropletId, name: body.name };
    case "snapshot":
      // DigitalOcean takes one of a droplet that runs, too, and says that its files may then not fit together.
      if (droplet.status !== "off") throw unsupported("snapshots of a droplet that is on");
      return beginSnapshot(cloud, droplet, body.name ?? `${droplet.name}-${cloud.now()}`);
  }
}

function resizeWork(droplet: Droplet, slug: string, disk: boolean): Work {
  const size = findSize(slug);
  if (size === undefined) throw unprocessable("You specified an invalid size for Droplet resize.");
  if (size.slug === droplet.size) throw unprocessable("Droplet is already this size.");
  if (size.diskGiB < droplet.diskGiB) {
    throw unprocessable("This size is not available because it has a smaller disk.");
  }
  assertPower(droplet, "off", "Droplet must be powered off before it is resized.");
  if (!size.regions.includes(droplet.region)) throw unprocessable("This size is not available in this region.");
  return { kind: "resizeDroplet", dropletId: droplet.id, size: slug, disk };
}

function assertPower(droplet: Droplet, status: Droplet["status"], message: string): void {
  if (droplet.status !== status) throw unprocessable(message);
}
