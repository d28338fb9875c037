/** Value of the setting `image` that stands for the newest prepared image of the stack. */
export const preparedImageSetting = "prepared";

/** Snapshot of a droplet that has a node's packages and nothing of a machine's own, told by its name. */
export interface PreparedImage {
  /** DigitalOcean's id. */
  readonly id: number;
  readonly name: string;
  /** Slugs of the regions that it can be used in. */
  readonly regions: readonly string[];
  /** Time of its making, in UTC: `20261126T081500Z`. */
  readonly madeAt: string;
  /** Version of ejabberd, without Debian's revision: `26.07`. */
  readonly ejabberd: string;
}

/** Makes the name of an image of `stack`. `ejabberd` is the version of the Debian package: `26.07-1~bpo13+1`. */
export function preparedImageName(stack: string, madeAt: Date, ejabberd: string): string {
  const time = madeAt.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${prefix(stack)}${time}-ejabberd-${upstreamVersion(ejabberd)}`;
}

/** Finds the images of `stack` among all of an account, newest first. */
export function preparedImagesOf<Image extends Pick<PreparedImage, "id" | "name" | "regions">>(
  stack: string,
  images: readonly Image[],
): (Image & PreparedImage)[] {
  return images
    .flatMap((image) => {
      if (!image.name.startsWith(prefix(stack))) return [];
      const [, madeAt, ejabberd] = /^(\d{8}T\d{6}Z)-ejabberd-(\S+)$/.exec(image.name.slice(prefix(stack).length)) ?? [];
      return madeAt === undefined || ejabberd === undefined ? [] : [{ ...image, madeAt, ejabberd }];
    })
    .toSorted((a, b) => (a.madeAt < b.madeAt ? 1 : -1));
}

function prefix(stack: string): string {
  return `imera-image-${stack}-`;
}

/** Gives the part of a Debian package's version that is not Debian's: `26.07` of `1:26.07-1~bpo13+1`. */
export function upstreamVersion(version: string): string {
  return version.replace(/^\d+:/, "").replace(/[-~+].*$/, "");
}
