import type { Image } from "@digitalocean/dots/src/dots/models/index.js";
import { list, object, text, type Value } from "../protocol/index.ts";
import { apiTime } from "./answers.ts";
import type { DigitalOcean } from "./client.ts";
import { defineFunction } from "./definitions.ts";

/** `digitalocean.getImages`: all images, or those that the filter `private` picks. Throws for any other filter. */
export const getImages = defineFunction({
  token: "digitalocean:index/getImages:getImages",
  arguments: { filters: list(object({ key: text({ required: true }), values: list(text(), { required: true }) })) },
  async invoke({ client, args, signal }) {
    const { filters = [] } = args;
    const other = filters.find(({ key }) => key !== "private");
    if (other !== undefined) throw new Error(`getImages: the filter here is "private", not "${other.key}".`);
    const images = (await allImages(client, signal)).map(imageOuts);
    return { filters, id: "images", images: images.filter((image) => filters.every(picks(image))) };
  },
});

function picks(image: ReturnType<typeof imageOuts>) {
  return ({ values }: { readonly values: readonly string[] }) => values.includes(String(image.private));
}

async function allImages(client: DigitalOcean, signal: AbortSignal): Promise<Image[]> {
  const images: Image[] = [];
  for (let page = 1; ; page++) {
    const queryParameters = { page, perPage: PER_PAGE };
    const found = await client.call(signal, (api) => api.images.get({ queryParameters }));
    const items = found?.images ?? [];
    images.push(...items);
    if (items.length < PER_PAGE) return images;
  }
}

function imageOuts(image: Image) {
  return {
    created: apiTime(image.createdAt),
    description: image.description ?? "",
    distribution: image.distribution ?? "",
    errorMessage: image.errorMessage ?? "",
    id: image.id ?? 0,
    image: image.slug ?? String(image.id ?? ""),
    minDiskSize: image.minDiskSize ?? 0,
    name: image.name ?? "",
    private: image.public !== true,
    regions: (image.regions ?? []).toSorted(),
    sizeGigabytes: image.sizeGigabytes ?? 0,
    slug: image.slug ?? "",
    status: image.status ?? "",
    tags: (image.tags ?? []).toSorted(),
    type: image.type ?? "",
  } satisfies Value;
}

const PER_PAGE = 200;
