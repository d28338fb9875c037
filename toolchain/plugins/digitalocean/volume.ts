import type { Volume_full } from "@digitalocean/dots/src/dots/models/index.js";
import { number, set, sorted, text } from "../protocol/index.ts";
import { lowerCase, regionSlug, unlessEmpty } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { atLeast, notEmpty, oneOf, tagName } from "./input-rules.ts";
import { retag } from "./tagging.ts";
import { waitForAction } from "./wait.ts";

/** A block volume, `size` in GiB. All but size and tags replaces it, data and all. */
export const volume = defineResource({
  token: "digitalocean:index/volume:Volume",
  properties: {
    name: text({ autoname: true, replaces: true, rule: notEmpty }),
    region: text({ required: true, replaces: true, inState: lowerCase }),
    size: number({ required: true, rule: atLeast(1) }),
    description: text({ replaces: true, rule: notEmpty }),
    snapshotId: text({ replaces: true, rule: notEmpty }),
    initialFilesystemType: text({ replaces: true, rule: oneOf(["ext4", "xfs"]) }),
    initialFilesystemLabel: text({ replaces: true, rule: notEmpty }),
    tags: set(text({ rule: tagName })),
    dropletIds: set(number(), { output: true }),
    filesystemType: text({ output: true }),
    filesystemLabel: text({ output: true }),
    volumeUrn: text({ output: true }),
  },
  plan(inputs, state) {
    if (typeof state?.size === "number" && inputs.size < state.size) {
      throw new Error(
        `volumes' \`size\` can only be expanded and not shrunk: it is ${state.size} GiB and ${inputs.size} GiB is asked for`,
      );
    }
  },
  async create({ client, signal, inputs }) {
    const made = await client.call(signal, (api) =>
      api.volumes.post({
        region: regionSlug(lowerCase(inputs.region)),
        name: inputs.name,
        description: inputs.description ?? "",
        sizeGigabytes: inputs.size,
        snapshotId: inputs.snapshotId ?? "",
        filesystemType: inputs.initialFilesystemType ?? "",
        filesystemLabel: inputs.initialFilesystemLabel ?? "",
        tags: [...(inputs.tags ?? [])],
      }),
    );
    const id = answered(made?.volume?.id, "the volume's id");
    return { id, outs: outsOf(answered(await getVolume(client, signal, id), "the volume"), inputs, inputs.tags) };
  },
  async read({ client, signal, id, state }) {
    const found = await getVolume(client, signal, id);
    return found === undefined ? undefined : outsOf(found, state, []);
  },
  async update({ client, signal, id, inputs, state, changed }) {
    if (changed.has("size")) {
      const body = {
        type: "resize" as const,
        sizeGigabytes: inputs.size,
        region: regionSlug(lowerCase(inputs.region)),
      };
      const started = await client.call(signal, (api) => api.volumes.byVolume_id(id).actions.post(body));
      await waitForAction({ client, signal }, started);
    }
    if (changed.has("tags")) {
      await retag(client, signal, { id, type: "volume" }, { before: state.tags ?? [], after: inputs.tags ?? [] });
    }
    return outsOf(answered(await getVolume(client, signal, id), "the volume"), inputs, inputs.tags);
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.volumes.byVolume_id(id).delete());
  },
});

/** Asks the API for a volume; undefined when it is gone. */
export async function getVolume(
  client: DigitalOcean,
  signal: AbortSignal,
  id: string,
): Promise<Volume_full | undefined> {
  return (await client.find(signal, (api) => api.volumes.byVolume_id(id).get()))?.volume ?? undefined;
}

interface KeptFromInputs {
  readonly snapshotId?: string | null;
  readonly initialFilesystemType?: string | null;
  readonly initialFilesystemLabel?: string | null;
}

function outsOf(found: Volume_full, kept: KeptFromInputs, givenTags: unknown) {
  return {
    name: found.name,
    region: found.region?.slug,
    size: found.sizeGigabytes,
    description: nothingIfEmpty(found.description),
    snapshotId: kept.snapshotId ?? null,
    initialFilesystemType: kept.initialFilesystemType ?? null,
    initialFilesystemLabel: kept.initialFilesystemLabel ?? null,
    tags: unlessEmpty(sorted(found.tags), givenTags),
    dropletIds: sorted(found.dropletIds),
    filesystemType: nothingIfEmpty(found.filesystemType),
    filesystemLabel: nothingIfEmpty(found.filesystemLabel),
    volumeUrn: `do:volume:${found.id ?? ""}`,
  };
}

function nothingIfEmpty(text: string | null | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}
