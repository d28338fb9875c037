import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import type providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { type PluginClient, startPlugin } from "./contract/plugin-client.ts";
import type { RecordedProperties } from "./contract/recording.ts";
import { type ProviderDefinition, definitionsFor, flag, text } from "./index.ts";
import { Empty, ResourceProviderClient, Status, Struct, pb } from "./messages.ts";
import { serve } from "./serve.ts";

/** A vendor that keeps notes in memory. */
class Notes {
  readonly kept = new Map<string, string>();
}

const { defineResource, defineFunction } = definitionsFor<Notes>();

const note = defineResource({
  token: "test:index/note:Note",
  properties: {
    name: text({ autoname: true }),
    body: text({ required: true }),
    password: text({ secret: true }),
    fails: flag(),
    hangs: flag(),
    length: text({ output: true, volatile: true }),
  },
  plan({ body }) {
    if (body === "impossible") throw new Error("that cannot be done");
  },
  async create({ client, inputs, made, signal }) {
    client.kept.set(inputs.name, inputs.body);
    made(inputs.name, { length: "half" });
    if (inputs.fails === true) throw new Error("the vendor is tired");
    if (inputs.hangs === true) {
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    }
    return { id: inputs.name, outs: { ...inputs, length: String(inputs.body.length) } };
  },
  read: ({ client, id, state }) => {
    const body = client.kept.get(id);
    return Promise.resolve(body === undefined ? undefined : { ...state, body, length: String(body.length) });
  },
  update: ({ client, id, inputs }) => {
    client.kept.set(id, inputs.fails === true ? "half" : inputs.body);
    if (inputs.fails === true) throw new Error("the vendor is tired");
    return Promise.resolve({ ...inputs, length: String(inputs.body.length) });
  },
  delete: ({ client, id }) => Promise.resolve(void client.kept.delete(id)),
});

const shout = defineFunction({
  token: "test:index/shout:shout",
  arguments: { word: text({ required: true }) },
  invoke: ({ args }) => Promise.resolve({ word: args.word.toUpperCase() }),
});

const provider: ProviderDefinition<Notes> = {
  name: "test",
  version: "1.2.3",
  config: { address: text(), token: text({ secret: true }) },
  configure(config) {
    if (config["address"] === "real") throw new Error("not that one: pulumi plugin install resource test 1.2.3");
    return new Notes();
  },
  resources: [note],
  functions: [shout],
  idInState: true,
  readsAfterFailedUpdate: true,
  detailedDiff: true,
};

const urn = "urn:pulumi:dev::imera::my:component$test:index/note:Note::x";
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

async function start(config = {}): Promise<PluginClient> {
  const plugin = await startPlugin(provider, config);
  stops.push(() => plugin.stop());
  return plugin;
}

async function created(plugin: PluginClient, given: RecordedProperties) {
  const { inputs } = await plugin.check(urn, given);
  return { inputs, ...(await plugin.create(urn, inputs)) };
}

describe("a plugin", () => {
  it("marks as secret what its table says and what came as a secret", async () => {
    const { inputs, outs } = await created(await start(), { name: "n", body: { secret: "b" }, password: "p" });
    expect(inputs).toEqual({ name: "n", body: { secret: "b" }, password: { secret: "p" } });
    expect(outs).toMatchObject({ id: "n", length: "1", password: { secret: "p" } });
  });

  it("previews a create with outputs unknown, and makes nothing", async () => {
    const plugin = await start();
    const outs = await plugin.previewCreate(urn, { name: "n", body: UNKNOWN_TEXT });
    expect(outs).toEqual({ name: "n", body: UNKNOWN_TEXT, length: UNKNOWN_TEXT });
    expect((await plugin.read(urn, "n", {}, {})).id).toBe("");
  });

  it("says at the preview what its plan has against a change", async () => {
    const plugin = await start();
    await expect(plugin.previewCreate(urn, { name: "n", body: "impossible" })).rejects.toThrow(/that cannot be done/);
    const change = { olds: { name: "n", body: "b" }, oldInputs: {}, news: { name: "n", body: "impossible" } };
    await expect(plugin.diff(urn, "n", change)).rejects.toThrow(/that cannot be done/);
  });

  it("reads for an import without a state", async () => {
    const plugin = await start();
    await created(plugin, { name: "n", body: "b" });
    expect(await plugin.read(urn, "n", {}, {})).toMatchObject({
      id: "n",
      inputs: { body: "b" },
      outs: { length: "1" },
    });
  });

  it("hands a half made resource to the engine with its id and state", async () => {
    const error = await start().then((plugin) =>
      created(plugin, { name: "n", body: "b", fails: true }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    );
    expect(error).toMatchObject({ details: "the vendor is tired" });
    const failed = halfMade(error);
    expect(failed?.getId()).toBe("n");
    expect(failed?.getProperties()?.toJavaScript()).toMatchObject({ body: "b", length: "half", id: "n" });
    expect(failed?.getReasonsList()).toEqual(["the vendor is tired"]);
  });

  it("hands the engine what a failed update left, read anew, to go on from", async () => {
    const plugin = await start();
    const { inputs, outs } = await created(plugin, { name: "n", body: "b" });
    const change = { olds: outs, oldInputs: inputs, news: { name: "n", body: "whole", fails: true } };
    const error = await plugin.update(urn, "n", change).catch((thrown: unknown) => thrown);
    expect(halfMade(error)?.getProperties()?.toJavaScript()).toMatchObject({ id: "n", body: "half", length: "4" });
    expect(halfMade(error)?.getReasonsList()).toEqual(["the vendor is tired"]);
  });

  it("leaves the state alone when a failed update has left nothing to read", async () => {
    const plugin = await start();
    const change = { olds: { name: "n", body: "b" }, oldInputs: {}, news: { name: "n", body: "b", fails: true } };
    const error = await plugin.update(urn, "gone", change).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: "the vendor is tired" });
  });

  it("refuses types, functions and configuration it does not know, and says what to install", async () => {
    const plugin = await start();
    const install = /is not supported here\. .*pulumi plugin install resource test 1\.2\.3/;
    await expect(plugin.check(urn.replaceAll("ote", "ew"), {})).rejects.toThrow(install);
    await expect(plugin.invoke("test:index/whisper:whisper", {})).rejects.toThrow(install);
    await expect(start({ address: "real" })).rejects.toThrow(/not that one/);
  });

  it("answers functions", async () => {
    const plugin = await start();
    expect((await plugin.invoke("test:index/shout:shout", { word: "a" })).ret).toEqual({ word: "A" });
    expect((await plugin.invoke("test:index/shout:shout", {})).failures.join()).toContain("'word' is required");
  });

  it("stops what is running when the engine cancels", async () => {
    const { client, stop } = await rawClient();
    stops.push(stop);
    const create = new Promise<ServiceError | null>((resolve) => {
      const properties = new pb.CreateRequest().setUrn(urn);
      properties.setProperties(Struct.fromJavaScript({ name: "n", body: "b", hangs: true }));
      client.create(properties, (error) => resolve(error));
    });
    await new Promise((resolve) => client.getPluginInfo(new Empty(), resolve));
    await new Promise((resolve) => client.cancel(new Empty(), resolve));
    expect(await create).toMatchObject({ details: "stopped" });
  });

  it("leaves the rest of the protocol unimplemented", async () => {
    const { client, stop } = await rawClient();
    stops.push(stop);
    const error = await new Promise((resolve) => client.getMapping(new pb.GetMappingRequest(), resolve));
    expect(error).toMatchObject({ code: 12, details: /getMapping/ });
  });
});

/** A client of the bare protocol, to a plugin that is configured. */
async function rawClient() {
  const serving = await serve(provider);
  const client = new ResourceProviderClient(`127.0.0.1:${serving.port}`, credentials.createInsecure());
  await new Promise((resolve) => client.configure(new pb.ConfigureRequest(), resolve));
  const stop = () => {
    client.close();
    serving.stop();
  };
  return { client, stop };
}

function halfMade(error: unknown): providerMessages.ErrorResourceInitFailed | undefined {
  const metadata = (error as { metadata: Metadata }).metadata;
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (bytes === undefined || typeof bytes === "string") return undefined;
  const [detail] = Status.deserializeBinary(bytes).getDetailsList();
  return detail && pb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
}
