import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { type StubApi, type StubRequest, startStubApi } from "../protocol/contract/stub-api.ts";
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

  describe("that is resized", () => {
    const refusal = (message: string) => ({ status: 422, body: { id: "unprocessable_entity", message } });
    const bigger = { ...given, size: "s-2vcpu-2gb" };
    const actionOf = ({ method, path, body }: StubRequest) =>
      method === "POST" && path.endsWith("/actions") ? (body as { type: string }).type : undefined;
    const actions = () => api.takeRequests().flatMap((request) => actionOf(request) ?? []);
    const statusOf = () => stub.collection("droplets").get("7")?.["status"];
    /** Refuses the actions of one type. */
    function refuse(type: string, message: string): void {
      const { answer } = stub;
      stub.answer = (request) => (actionOf(request) === type ? refusal(message) : answer(request));
    }
    const resized = async () => {
      const { outs } = await plugin.create(urn, given);
      api.takeRequests();
      return { olds: outs, oldInputs: given, news: bigger };
    };

    it("and refused the size is powered on again, and says why", async () => {
      const change = await resized();
      refuse("resize", "This size is not available in this region.");
      await expect(plugin.update(urn, "7", change)).rejects.toThrow(/422 .*This size is not available in this region/);
      expect(actions()).toEqual(["power_off", "resize", "power_on"]);
      expect(statusOf()).toBe("active");
    });

    it("is off already, as one that was cut off there", async () => {
      const change = await resized();
      Object.assign(stub.collection("droplets").get("7") ?? {}, { status: "off" });
      refuse("power_off", "Droplet is already powered off.");
      expect(await plugin.update(urn, "7", change)).toMatchObject({ size: "s-2vcpu-2gb", status: "active" });
    });

    it("is not resized twice when it was cut off before it was powered on", async () => {
      const change = await resized();
      Object.assign(stub.collection("droplets").get("7") ?? {}, { status: "off", size: "s-2vcpu-2gb" });
      refuse("resize", "Droplet is already this size.");
      expect(await plugin.update(urn, "7", change)).toMatchObject({ size: "s-2vcpu-2gb", status: "active" });
      expect(actions()).toEqual(["power_off", "power_on"]);
    });

    it("says both when it cannot be powered on again either, and the next update starts it", async () => {
      const change = await resized();
      const { answer } = stub;
      stub.answer = (request) =>
        ["resize", "power_on"].includes(actionOf(request) ?? "")
          ? refusal("Droplet already has a pending event.")
          : answer(request);
      await expect(plugin.update(urn, "7", change)).rejects.toThrow(
        /could not be resized .*pending event.* and is off: .*pending event.*Update again/,
      );
      stub.answer = answer;
      // The setting is taken back: nothing has changed, but the engine asks again for what is marked as half made.
      await plugin.update(urn, "7", { ...change, news: given });
      expect(statusOf()).toBe("active");
    });

    it("does not go on when its power cannot be switched off for another reason", async () => {
      const change = await resized();
      refuse("power_off", "Droplet already has a pending event.");
      await expect(plugin.update(urn, "7", change)).rejects.toThrow(/pending event/);
      expect(actions()).toEqual(["power_off"]);
    });
  });

  it("is asked to take a volume again while it has a pending event", async () => {
    const { outs } = await plugin.create(urn, given);
    stub.collection("volumes").set("data", { id: "data" });
    const { answer } = stub;
    let refusals = 2;
    stub.answer = (request) =>
      request.method === "POST" && request.path === "/v2/volumes/data/actions" && refusals-- > 0
        ? { status: 422, body: { id: "unprocessable_entity", message: "Droplet already has a pending event." } }
        : answer(request);
    const news = { ...given, volumeIds: ["data"] };
    expect(await plugin.update(urn, "7", { olds: outs, oldInputs: given, news })).toMatchObject({
      volumeIds: ["data"],
    });
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
