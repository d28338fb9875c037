import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { type StubApi, startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";
import { StubDigitalOcean } from "./testing/stub-digitalocean.ts";

const urn = "urn:pulumi:dev::imera::digitalocean:index/droplet:Droplet::im";
const given = { name: "im", image: "debian-13-x64", region: "fra1", size: "s-1vcpu-1gb", resizeDisk: true };

let stub: StubDigitalOcean;
let api: StubApi;
let plugin: PluginClient;

beforeEach(async () => {
  stub = new StubDigitalOcean();
  stub.nextId = "7";
  api = await startStubApi((request) => stub.answer(request));
  plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: api.url, token: "stub" });
});
afterEach(async () => {
  plugin.stop();
  await api.stop();
});

const requests = () => api.takeRequests().map(({ method, path }) => `${method} ${path}`);

describe("a droplet", () => {
  it("that does not start fails its create, and the update that follows until it is up", async () => {
    const { answer } = stub;
    stub.answer = (request) => {
      const answered = answer(request);
      Object.assign(stub.collection("droplets").get("7") ?? {}, { status: "off" });
      return answered;
    };
    await expect(plugin.create(urn, given)).rejects.toThrow(/droplet 7 did not start: its status is off/);
    const retry = { olds: given, oldInputs: given, news: given };
    await expect(plugin.update(urn, "7", retry)).rejects.toThrow(/did not start/);
    stub.answer = answer;
    stub.collection("droplets").set("7", { id: 7, name: "im", status: "active", region: "fra1" });
    expect(await plugin.update(urn, "7", retry)).toMatchObject({ status: "active" });
  });

  it("takes off it, when it is deleted, only volumes that are still on it", async () => {
    const { outs } = await plugin.create(urn, given);
    Object.assign(stub.collection("droplets").get("7") ?? {}, { volume_ids: ["on"] });
    stub.collection("volumes").set("on", { id: "on" });
    requests();
    await plugin.delete(urn, "7", { ...outs, volumeIds: ["on", "off"] }, given);
    expect(requests().filter((each) => each.startsWith("POST"))).toEqual(["POST /v2/volumes/on/actions"]);
  });

  it("that is gone is deleted already", async () => {
    await plugin.delete(urn, "8", given, given);
    expect(requests()).toEqual(["GET /v2/droplets/8"]);
  });

  it("is imported with the inputs that make it", async () => {
    await plugin.create(urn, given);
    const { inputs } = await plugin.read(urn, "7", {}, {});
    const { inputs: checked, failures } = await plugin.check(urn, inputs);
    expect(failures).toEqual([]);
    const { outs } = await plugin.read(urn, "7", {}, {});
    const planned = await plugin.diff(urn, "7", { olds: outs, oldInputs: inputs, news: checked });
    expect(planned.changes).toBe("NONE");
  });
});
