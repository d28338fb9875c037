import { afterAll, beforeAll, expect, it } from "vitest";
import { alwaysPresentOutputs } from "../protocol/contract/declared-outputs.ts";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { startStubApi, type StubApi } from "../protocol/contract/stub-api.ts";
import { provider } from "./provider.ts";

let api: StubApi;
let plugin: PluginClient;

beforeAll(async () => {
  api = await startStubApi(({ body }) => ({
    status: 200,
    body: { success: true, errors: [], messages: [], result: { ...everything, ...(body as object) } },
  }));
  plugin = await startPlugin(provider, { apiToken: "a".repeat(40), baseUrl: `${api.url}/client/v4` });
});
afterAll(async () => {
  plugin.stop();
  await api.stop();
});

const time = "2026-11-22T18:00:00Z";

/** All that the API may say of a record or a token. */
const everything = {
  id: "1",
  status: "active",
  value: "v".repeat(40),
  content: "203.0.113.10",
  proxiable: true,
  proxied: false,
  meta: {},
  settings: {},
  tags: ["a:b"],
  created_on: time,
  modified_on: time,
  comment_modified_on: time,
  tags_modified_on: time,
  issued_on: time,
  last_used_on: time,
  creator_email_at_creation: "operator@example.org",
  provisioner_id: "p",
  provisioner_type: "oauth",
};

const token = {
  name: "t",
  policies: [
    { effect: "allow", permissionGroups: [{ id: "g" }], resources: '{"com.cloudflare.api.account.zone.*":"*"}' },
  ],
};

it.each([
  ["DnsRecord", { zoneId: "z", name: "im.example.org", type: "A", content: "203.0.113.10", ttl: 300 }],
  ["ApiToken", token],
  ["AccountToken", { accountId: "a", ...token }],
])("the state of a %s has every property that the SDK declares as always present", async (name, inputs) => {
  const module = name.charAt(0).toLowerCase() + name.slice(1);
  const type = `cloudflare:index/${module}:${name}`;
  const { outs } = await plugin.create(`urn:pulumi:dev::imera::${type}::x`, inputs);
  const declared = alwaysPresentOutputs(`@pulumi/cloudflare/${module}.d.ts`);
  expect(declared.length).toBeGreaterThan(5);
  expect(Object.keys(outs)).toEqual(expect.arrayContaining(declared));
});
