import { type Account, type LiveDroplet, type OfferedImage, stays } from "./account.ts";

/** What droplets are to be made from, and where. `image` is a slug or an id. */
interface WantedImage {
  readonly image: string;
  readonly region: string;
  readonly size: string;
  readonly nodes: readonly { readonly droplet: LiveDroplet | undefined }[];
}

/**
 * Finds what is wrong with the image that droplets are to be made from, a line each. `image` is what it was found to be: null where
 * there is none, undefined where that is not known. Nothing is said where no droplet is to be made. Pure.
 */
export function imageProblems(
  wanted: WantedImage,
  { sizes }: Pick<Account, "sizes">,
  image: OfferedImage | null | undefined,
): string[] {
  const { region, nodes } = wanted;
  if (image === undefined || !nodes.some(({ droplet }) => !stays(droplet, region))) return [];
  if (image === null) {
    return [`imera:image: DigitalOcean has no image ${wanted.image}, and the account has no snapshot of this id`];
  }
  if (image.status !== "available") {
    return [`imera:image: ${wanted.image} is ${image.status}, so no droplet can be made from it`];
  }
  if (!isDebian13(image)) {
    return [
      `imera:image: ${wanted.image} is ${image.distribution} ${image.name}, and nodes are made of Debian 13: take debian-13-x64, prepared, ` +
        "or a snapshot of a node",
    ];
  }
  if (!image.regions.includes(region)) {
    return [
      `imera:image: ${wanted.image} is not in ${region}, but in ${image.regions.toSorted().join(", ") || "no region"}; ` +
        "a snapshot is copied to another region in the control panel",
    ];
  }
  const diskGiB = sizes?.find(({ slug }) => slug === wanted.size)?.disk;
  const neededGiB = image.min_disk_size ?? 0;
  return diskGiB === undefined || neededGiB <= diskGiB
    ? []
    : [`imera:size: ${wanted.size} has a disk of ${diskGiB} GiB, and the image ${wanted.image} needs ${neededGiB} GiB`];
}

/** Whether an image may be one of Debian 13. Of somebody's own the version is not known, and the distribution not always. */
function isDebian13({ distribution, name, public: isVendors }: OfferedImage): boolean {
  if (isVendors) return distribution === "Debian" && /^13\b/.test(name);
  return /^(Debian|Unknown.*|Custom.*|)$/.test(distribution);
}
