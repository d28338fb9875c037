import * as pulumi from "@pulumi/pulumi";
import { getImages } from "@pulumi/digitalocean/getImages.js";
import { messageOf } from "../../host/error.ts";
import { networkCommandLine } from "../../host/terminal/advice.ts";
import { preparedImageSetting, preparedImagesOf } from "../model/prepared-image.ts";
import { runningStack } from "../settings/running-stack.ts";

/** Image that a node waits for its packages on, where there is no prepared one. */
export const coldImage = "debian-13-x64";

/** Settings that decide which image new droplets are made from. */
export interface BootImageSettings {
  /** Slug or id of an image, or `prepared`. */
  readonly image: string;
  /** Slug of the droplets' region. */
  readonly region: string;
}

/**
 * Chooses the image that new droplets of the running stack are made from, as slug or id. `prepared` is the newest prepared
 * image that the region has. Where there is none, or none can be looked for, a warning says so, and it is {@link coldImage}: an
 * image that is missing must not keep a network from being rebuilt.
 */
export async function bootImage({ image, region }: BootImageSettings): Promise<string> {
  if (image !== preparedImageSetting) return image;
  const stack = pulumi.getStack();
  const again = `${networkCommandLine("image", runningStack())} makes one.`;
  try {
    const images = preparedImagesOf(stack, await ownImages());
    const here = images.find(({ regions }) => regions.includes(region));
    if (here !== undefined) return String(here.id);
    const [newest] = images;
    const why = newest === undefined ? "there is none" : `${newest.name} is in ${newest.regions.join(", ")} only`;
    return await fallBack(`No prepared image of the stack ${stack} in ${region}: ${why}`, again);
  } catch (error) {
    return fallBack("DigitalOcean does not tell its images", messageOf(error));
  }
}

async function ownImages() {
  const { images } = await getImages({ filters: [{ key: "private", values: ["true"] }] });
  return images;
}

async function fallBack(what: string, more: string): Promise<string> {
  await pulumi.log.warn(
    `${what}. A new droplet would be made from ${coldImage} and install its packages itself, which takes longer. ${more}`,
  );
  return coldImage;
}
