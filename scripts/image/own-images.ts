import { z } from "zod";
import { type PreparedImage, preparedImagesOf } from "../../components/model/prepared-image.ts";
import type { CloudApi } from "../../components/vendors/cloud-api.ts";

/** Prepared image of a stack, and what it takes at DigitalOcean. */
export interface OwnImage extends PreparedImage {
  /** Size that is billed, in GiB. */
  readonly sizeGiB: number;
}

const imageForm = z.object({
  id: z.number(),
  name: z.string(),
  regions: z.array(z.string()),
  size_gigabytes: z.number(),
});

/** Lists the prepared images of `stack`, newest first. */
export async function ownImages(api: CloudApi, stack: string): Promise<OwnImage[]> {
  const images = z.array(imageForm).parse(await api.list("images?private=true&per_page=200", "images"));
  return preparedImagesOf(
    stack,
    images.map(({ size_gigabytes: sizeGiB, ...image }) => ({ ...image, sizeGiB })),
  );
}

/**
 * Divides images, newest first, into those that stay and those that are too many. Two stay: should the newest turn out bad, the
 * one before can be named in imera:image.
 */
export function keptImages<Image>(newestFirst: readonly Image[]): { kept: Image[]; surplus: Image[] } {
  return { kept: newestFirst.slice(0, keptCount), surplus: newestFirst.slice(keptCount) };
}

const keptCount = 2;
