import { beforeEach, describe, expect, it } from "vitest";
import { startTestApi, type TestApi, testToken } from "../../local/digitalocean/testing/api.ts";
import { createDroplet } from "../../local/digitalocean/testing/orders.ts";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import { preparedImageName } from "../../components/model/prepared-image.ts";
import type { CloudApi } from "../../components/vendors/cloud-api.ts";
import { digitalocean } from "../network/cloud-api.ts";
import { runAction } from "./actions.ts";
import { describeImage } from "./describe-image.ts";
import { chooseOrder } from "./order.ts";
import { keptImages, ownImages } from "./own-images.ts";
import { orderDroplet, removeThrowAways, turnOff } from "./throw-away.ts";

// Against the local cloud's DigitalOcean, whose answers are held to DigitalOcean's own document.
let cloud: TestApi;
let api: CloudApi;
const { signal } = new AbortController();
const order = { size: "s-1vcpu-1gb", region: "fra1", regions: ["fra1"] };

beforeEach(async () => {
  cloud = await startTestApi();
  const settings: Record<string, string> = { "digitalocean:token": testToken, "digitalocean:apiEndpoint": cloud.url };
  api = await digitalocean({ setting: (name) => Promise.resolve(settings[name]) });
});

describe("the throw-away droplet", () => {
  it("has a node's user data, a key of its own and no agent, and leaves nothing", async () => {
    const other = await createDroplet(cloud, { tags: ["imera-image:prod-eu", "imera-prod"] });
    await api.post("account/keys", {
      name: "imera-image:prod-eu",
      public_key: generateOpenSshKeyPair("other").publicKey,
    });
    const { id, login } = await orderDroplet(api, "prod", order, signal);
    const made = cloud.hypervisor.droplets.get(id);
    expect(made?.userData).toContain("BEGIN OPENSSH PRIVATE KEY");
    expect(made?.sshPublicKeys).toEqual([login.publicKey]);
    expect(made?.image).toBe("debian-13-x64");
    await removeThrowAways(api, "prod");
    expect(await namesOf("droplets", "id")).toEqual([other]);
    expect(await namesOf("ssh_keys", "name", "account/keys")).toEqual(["imera-image:prod-eu"]);
    expect(await namesOf("tags", "name")).toEqual(["imera-image:prod-eu", "imera-prod"]);
    await removeThrowAways(api, "prod");
  });

  it("that an earlier run left goes before the next one comes", async () => {
    await orderDroplet(api, "prod", order, signal);
    await orderDroplet(api, "prod", order, signal);
    await removeThrowAways(api, "prod");
    expect(await namesOf("droplets", "id")).toEqual([]);
  });

  it("is not waited for any longer once somebody wants the end", async () => {
    const hold = cloud.hypervisor.hold("createDroplet");
    const end = new AbortController();
    const ordered = orderDroplet(api, "prod", order, end.signal);
    setTimeout(() => end.abort(new Error("interrupted")), 50);
    await expect(ordered).rejects.toThrow();
    hold();
  });
});

describe("an image", () => {
  it("is made of a droplet that is off, and copied", async () => {
    const name = preparedImageName("prod", new Date(), "26.07-1~bpo13+1");
    const { id } = await orderDroplet(api, "prod", order, signal);
    await turnOff(api, id, signal);
    await runAction(api, `droplets/${id}/actions`, { type: "snapshot", name }, signal);
    await removeThrowAways(api, "prod");
    const [image] = await ownImages(api, "prod");
    expect(image).toMatchObject({ name, regions: ["fra1"], ejabberd: "26.07" });
    await runAction(api, `images/${image?.id ?? 0}/actions`, { type: "transfer", region: "lon1" }, signal);
    expect((await ownImages(api, "prod"))[0]?.regions).toEqual(["fra1", "lon1"]);
    expect(await ownImages(api, "prod-eu")).toEqual([]);
  });

  it("is not said to be there when its snapshot failed", async () => {
    const { id } = await orderDroplet(api, "prod", order, signal);
    await turnOff(api, id, signal);
    cloud.hypervisor.failNext("snapshotDroplet", new Error("no space left"));
    const snapshot = runAction(api, `droplets/${id}/actions`, { type: "snapshot", name: "x" }, signal);
    await expect(snapshot).rejects.toThrow(`action "snapshot" at droplets/${id}/actions failed`);
  });

  it("pushes out all but the one before it", () => {
    expect(keptImages([5, 4, 3, 2])).toEqual({ kept: [5, 4], surplus: [3, 2] });
    expect(keptImages([5])).toEqual({ kept: [5], surplus: [] });
  });

  it("is described with its cost and what to do next", () => {
    const image = { id: 7, name: "imera-image-prod-x", regions: ["fra1"], madeAt: "", ejabberd: "26.07", sizeGiB: 1.5 };
    const versions = { ejabberd: "26.07-1~bpo13+1", postgresql: "17.6-0+deb13u1" };
    const made = { stack: { stack: "prod" }, image, versions, deleted: ["imera-image-prod-w"], isUsed: false };
    const text = describeImage(made);
    expect(text).toMatch(/26\.07-1~bpo13\+1[^]*1\.5 GiB, about 0\.09 USD a month[^]*imera-image-prod-w/);
    expect(text).toContain("npm run pulumi -- config set imera:image prepared --stack prod\n");
    expect(describeImage({ ...made, stack: { stack: "local", runNumber: 6 }, isUsed: true })).toMatch(
      /npm run drill -- --stack local --run 6$/,
    );
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("size and regions", () => {
  const choose = (size: string | undefined, ...copyTo: string[]) => {
    const setting = (name: string) => Promise.resolve(name === "imera:size" ? size : undefined);
    return chooseOrder(api, { setting, required: () => Promise.resolve("fra1") }, copyTo);
  };

  it.each([undefined, "s-1vcpu-1gb", "s-8vcpu-16gb"])("are the cheapest that fits, for %s", async (size) => {
    expect(await choose(size, "ams3", "fra1")).toEqual({
      size: "s-1vcpu-1gb",
      region: "fra1",
      regions: ["fra1", "ams3"],
    });
  });

  it.each([
    ["a disk that is too small", ["s-1vcpu-512mb-10gb"], "no larger disk than s-1vcpu-512mb-10gb (10 GiB)"],
    ["a size that there is not", ["s-1vcpu-1gbb"], "no droplet size s-1vcpu-1gbb"],
    ["a region that there is not", ["s-1vcpu-1gb", "moon1"], "no region moon1"],
  ])("refuse %s, and nothing is made", async (_what, [size, ...copyTo], words) => {
    await expect(choose(size, ...copyTo)).rejects.toThrow(words);
    expect(cloud.hypervisor.calls.filter((call) => call.startsWith("create"))).toEqual([]);
  });
});

async function namesOf(key: string, field: string, path = key): Promise<unknown[]> {
  return (await api.list(path, key)).map((item) => item[field]);
}
