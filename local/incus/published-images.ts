import { z } from "zod";

import type { Incus } from "./client.ts";

/**
 * Makes an image of an instance that is off and gives it the alias `alias`; one that is there stays. The instance's templates go
 * along, so that a machine made from the image gets its own cloud-init seed.
 */
export async function publishImage(incus: Incus, instance: string, alias: string): Promise<void> {
  if ((await findFingerprint(incus, alias)) !== undefined) return;
  await incus.send("POST", "/images", {
    source: { type: "instance", name: instance },
    aliases: [{ name: alias }],
    // Packing would take longer than it saves: the image is on the disk of this machine, and for a short time.
    compression_algorithm: "none",
  });
}

/** Deletes the image with this alias. Resolves if there is none. */
export async function deleteImage(incus: Incus, alias: string): Promise<void> {
  const fingerprint = await findFingerprint(incus, alias);
  if (fingerprint !== undefined) await incus.send("DELETE", `/images/${fingerprint}`);
}

async function findFingerprint(incus: Incus, alias: string): Promise<string | undefined> {
  const found = await incus.get(`/images/aliases/${alias}`);
  return found === undefined ? undefined : aliasSchema.parse(found).target;
}

const aliasSchema = z.object({ target: z.string() });
