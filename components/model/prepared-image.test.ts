import { describe, expect, it } from "vitest";
import { preparedImageName, preparedImagesOf } from "./prepared-image.ts";

const madeAt = new Date("2026-11-26T08:15:00.123Z");
const image = (id: number, name: string) => ({ id, name, regions: ["fra1"] });

describe("a prepared image's name", () => {
  it("tells stack, time and version", () => {
    const name = preparedImageName("prod", madeAt, "26.07-1~bpo13+1");
    expect(name).toBe("imera-image-prod-20261126T081500Z-ejabberd-26.07");
    const [found] = preparedImagesOf("prod", [image(7, name)]);
    expect(found).toEqual({ ...image(7, name), madeAt: "20261126T081500Z", ejabberd: "26.07" });
  });

  it.each([
    ["1:26.7.1-2", "26.7.1"],
    ["26.07~rc1-1", "26.07"],
    ["26.07", "26.07"],
  ])("leaves Debian's part of the version %s away", (version, upstream) => {
    expect(preparedImageName("prod", madeAt, version)).toMatch(new RegExp(`-${upstream}$`));
  });
});

describe("preparedImagesOf", () => {
  it("takes the images of this stack only, newest first", () => {
    const later = new Date(madeAt.getTime() + 3_600_000);
    const images = [
      image(1, preparedImageName("prod", madeAt, "26.07-1")),
      image(2, preparedImageName("prod", later, "26.07-1")),
      image(3, preparedImageName("prod-eu", later, "26.07-1")),
      image(4, preparedImageName("eu", later, "26.07-1")),
      image(5, "prod"),
      image(6, "imera-image-prod-by-hand"),
    ];
    expect(preparedImagesOf("prod", images).map(({ id }) => id)).toEqual([2, 1]);
    expect(preparedImagesOf("prod-eu", images).map(({ id }) => id)).toEqual([3]);
  });
});
