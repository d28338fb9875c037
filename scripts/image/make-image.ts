import { messageOf } from "../../host/error.ts";
import type { Step } from "../../host/terminal/progress.ts";
import type { NamedStack } from "../../host/terminal/advice.ts";
import { preparedImageName, preparedImageSetting } from "../../components/model/prepared-image.ts";
import { digitalocean } from "../network/cloud-api.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { removeAtEnd } from "../drill/clean-up.ts";
import { runAction } from "./actions.ts";
import { chooseOrder } from "./order.ts";
import { keptImages, ownImages, type OwnImage } from "./own-images.ts";
import { prepareDroplet, type Versions } from "./prepare-droplet.ts";
import { imageLabel, orderDroplet, removeThrowAways, turnOff } from "./throw-away.ts";

/** Image to be made. */
export interface ImageOrder {
  readonly access: StackAccess;
  /** Slugs of regions that it is copied to, besides the stack's own. */
  readonly regions: readonly string[];
  readonly step: Step;
  /** Ends the work; what was made besides the image is removed all the same. */
  readonly signal: AbortSignal;
}

/** Image that was made, and what became of the earlier ones. */
export interface MadeImage {
  readonly stack: NamedStack;
  readonly image: OwnImage;
  readonly versions: Versions;
  /** Names of earlier images that were deleted. */
  readonly deleted: readonly string[];
  /** True when the stack's settings say that new droplets are made from it. */
  readonly isUsed: boolean;
}

/**
 * Boots a droplet, has it install a node's packages, takes all that is its own from it, makes an image of it and copies that to
 * the regions. The droplet is removed, whatever happens. Rejects with what failed.
 */
export async function makeImage({ access, regions, step, signal }: ImageOrder): Promise<MadeImage> {
  const { stack } = access;
  const api = await digitalocean(access);
  const order = await step("size and regions", () => chooseOrder(api, access, regions));
  await step("what an earlier run left", () => removeThrowAways(api, stack));
  const { image, versions } = await throwAwayImage({ access, regions, step, signal }, api, order);
  const copies = order.regions.filter((region) => !image.regions.includes(region));
  for (const region of copies) await step(`copy to ${region}`, () => copy(api, image, region, signal));
  const { kept, surplus } = keptImages(await ownImages(api, stack));
  for (const { id } of surplus) await api.remove(`images/${id}`);
  return {
    stack: access,
    image: kept.find(({ id }) => id === image.id) ?? image,
    versions,
    deleted: surplus.map(({ name }) => name),
    isUsed: (await access.setting("imera:image")) === preparedImageSetting,
  };
}

async function copy(api: Api, { id, name, regions }: OwnImage, region: string, signal: AbortSignal): Promise<void> {
  try {
    await runAction(api, `images/${id}/actions`, { type: "transfer", region }, signal);
  } catch (error) {
    const there = `${name} is made, and can be used in ${regions.join(", ")}.`;
    throw new Error(`${there} It could not be copied to ${region}: ${messageOf(error)}`, { cause: error });
  }
}

type Api = Awaited<ReturnType<typeof digitalocean>>;

/** Makes the image; the droplet that it is made of is gone when this ends, well or not. */
async function throwAwayImage(
  { access, step, signal }: ImageOrder,
  api: Api,
  order: Awaited<ReturnType<typeof chooseOrder>>,
): Promise<{ image: OwnImage; versions: Versions }> {
  const { stack } = access;
  await using cleanUp = new AsyncDisposableStack();
  removeAtEnd(cleanUp, `the throw-away droplet ${imageLabel(stack)}`, () =>
    step("removal of the droplet", () => removeThrowAways(api, stack)),
  );
  const droplet = await step(`droplet ${order.size} in ${order.region}`, () => orderDroplet(api, stack, order, signal));
  const versions = await step("packages", (report) => prepareDroplet(access, droplet, report, signal));
  await step("shutdown", () => turnOff(api, droplet.id, signal));
  const name = preparedImageName(stack, new Date(), versions.ejabberd);
  await step("snapshot", () => runAction(api, `droplets/${droplet.id}/actions`, { type: "snapshot", name }, signal));
  const image = (await ownImages(api, stack)).find((candidate) => candidate.name === name);
  if (image === undefined) throw new Error(`DigitalOcean has no image ${name}, although it says that it made it.`);
  return { image, versions };
}
