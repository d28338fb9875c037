import { expect, it } from "vitest";
import { pulumi } from "../engine.ts";
import { prepareImage } from "../prepared-image.ts";
import { digitaloceanList, digitaloceanRequest } from "../vendors.ts";

it("an image with a node's packages on it is made, and the network's later nodes are to be made from it", async () => {
  const [node] = (await digitaloceanList("droplets")) as { size_slug: string }[];
  const image = await prepareImage(node?.size_slug ?? "none");
  expect(await digitaloceanRequest("GET", `images/${image}`)).toMatchObject({ image: { type: "snapshot" } });
  const { exitCode, output } = await pulumi("config", "set", "imera:image", String(image));
  expect(exitCode, output).toBe(0);
});
