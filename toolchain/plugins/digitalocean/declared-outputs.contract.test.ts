import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { alwaysPresentOutputs } from "../protocol/contract/declared-outputs.ts";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { readRecording } from "../protocol/contract/recording.ts";
import { type StubApi, startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";
import { stubSpaces } from "./testing/stub-spaces.ts";
import { StubDigitalOcean, placeholders } from "./testing/stub-digitalocean.ts";

const cases = ["digitalocean.json", "digitalocean-2.json"].flatMap((file) => {
  const recording = fileURLToPath(new URL(`../../../test/contracts/plugins/${file}`, import.meta.url));
  return Object.values(readRecording(recording, placeholders).cases);
});
const stub = new StubDigitalOcean();
let api: StubApi;
let plugin: PluginClient;

beforeAll(async () => {
  api = await startStubApi(stub.answer);
  vi.stubEnv("HTTP_PROXY", api.url);
  plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: api.url, token: "stub", ...stubSpaces });
});
afterAll(async () => {
  plugin.stop();
  await api.stop();
});

it.each(digitalOceanProvider.resources.map(({ token }) => token))(
  "the state of %s has every property that the SDK declares as always present",
  async (token) => {
    const recorded = cases.find((each) => each.type === token && each.create !== undefined);
    const inputs = recorded?.checked ?? {};
    stub.nextId = recorded?.create?.id ?? "";
    stub.makeWhatItWorksOn(inputs);
    const { outs } = await plugin.create(`urn:pulumi:dev::imera::${token}::x`, inputs);
    const [, module = ""] = token.split(/[/:]/).slice(1);
    const declared = alwaysPresentOutputs(`@pulumi/digitalocean/${module}.d.ts`);
    expect(declared.length).toBeGreaterThan(0);
    expect(Object.keys(outs)).toEqual(expect.arrayContaining(declared));
  },
);
