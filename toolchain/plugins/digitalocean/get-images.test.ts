import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { startStubApi, type StubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";

let api: StubApi;
let plugin: PluginClient;
const own = { id: 7, name: "mine", public: false, slug: null, type: "snapshot", regions: ["fra1", "ams3"] };
const offered = (id: number) => ({ id, name: "13 x64", public: true, slug: "debian-13-x64", type: "base" });

beforeEach(async () => {
  const pages = [Array.from({ length: 200 }, (_, index) => offered(index + 100)), [own]];
  api = await startStubApi(({ path }) => {
    const page = Number(new URL(path, "http://api").searchParams.get("page"));
    return { status: 200, body: { images: pages[page - 1] ?? [] } };
  });
  plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: api.url, token: "stub" });
});
afterEach(async () => {
  plugin.stop();
  await api.stop();
});

const invoke = (filters?: { key: string; values: string[] }[]) =>
  plugin.invoke("digitalocean:index/getImages:getImages", filters === undefined ? {} : { filters });

describe("getImages", () => {
  it("finds the account's own on whatever page they are", async () => {
    const { ret } = await invoke([{ key: "private", values: ["true"] }]);
    expect(ret).toMatchObject({
      images: [{ id: 7, name: "mine", private: true, regions: ["ams3", "fra1"], slug: "" }],
    });
  });

  it("finds all without a filter", async () => {
    expect((await invoke()).ret["images"]).toHaveLength(201);
  });

  it("refuses a filter that it does not know", async () => {
    await expect(invoke([{ key: "regions", values: ["fra1"] }])).rejects.toThrow('"private", not "regions"');
  });
});
