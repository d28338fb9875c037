import { describe, expect, it } from "vitest";

import { memoryStore } from "../emulation/store.ts";
import { addressPlan } from "../run/address-plan.ts";
import { createDigitalOceanApi } from "./index.ts";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createMemoryHypervisor } from "./testing/memory-hypervisor.ts";

interface Key {
  readonly name: string;
  readonly access_key: string;
  readonly secret_key?: string;
  readonly grants: readonly { readonly bucket: string; readonly permission: string }[];
}

const scoped = [{ bucket: "backup", permission: "readwrite" }];
const full = [{ bucket: "", permission: "fullaccess" }];

async function order(api: TestApi, body: object): Promise<Key> {
  const answer = await api.request("POST", "/v2/spaces/keys", body);
  expect(answer.status).toBe(201);
  return (answer.body as { key: Key }).key;
}

describe("a key of Spaces", () => {
  it("shows its secret when it is made, and never again", async () => {
    const api = await startTestApi();
    const made = await order(api, { name: "node", grants: scoped });
    expect(made).toMatchObject({ name: "node", grants: scoped });
    expect(made.access_key).toMatch(/^DO[0-9A-Z]{18}$/);
    expect(made.secret_key).toMatch(/^.{43}$/);
    const path = `/v2/spaces/keys/${made.access_key}`;
    const shown = Object.fromEntries(Object.entries(made).filter(([name]) => name !== "secret_key"));
    expect(await api.request("GET", path)).toEqual({ status: 200, body: { key: shown } });
    expect(await api.request("GET", "/v2/spaces/keys")).toMatchObject({ status: 200, body: { keys: [shown] } });
    expect(await api.request("DELETE", path)).toMatchObject({ status: 204 });
    expect(await api.request("GET", path)).toMatchObject({ status: 404 });
    expect(await api.request("DELETE", path)).toMatchObject({ status: 404 });
  });

  it("gets another name and other grants", async () => {
    const api = await startTestApi();
    const { access_key } = await order(api, { name: "node", grants: scoped });
    const path = `/v2/spaces/keys/${access_key}`;
    const reader = [{ bucket: "backup", permission: "read" }];
    expect(await api.request("PUT", path, { name: "reader", grants: reader })).toMatchObject({
      status: 200,
      body: { key: { name: "reader", grants: reader, access_key } },
    });
    expect(await api.request("PATCH", path, { name: "again" })).toMatchObject({
      body: { key: { name: "again", grants: reader } },
    });
    expect(await api.request("PUT", path, { name: "n", grants: full })).toMatchObject({ status: 400 });
  });

  it.each([
    [422, { grants: scoped }],
    [422, { name: "n", grants: [{ bucket: "b", permission: "write" }] }],
    [422, { name: "n", grants: scoped, region: "fra1" }],
    [400, { name: "n", grants: [{ bucket: "b", permission: "fullaccess" }] }],
    [400, { name: "n", grants: [{ bucket: "", permission: "read" }] }],
    [400, { name: "n", grants: [...full, ...scoped] }],
  ])("is refused with %i for %j", async (status, body) => {
    const api = await startTestApi();
    expect(await api.request("POST", "/v2/spaces/keys", body)).toMatchObject({ status });
  });
});

it("the account has its first key from the start, once", () => {
  const store = memoryStore();
  const api = createDigitalOceanApi({
    store,
    hypervisor: createMemoryHypervisor(),
    addressPlan: addressPlan(7),
    token: "t",
    spacesKey: { accessKey: "FIRST", secretKey: "secret" },
    log: () => undefined,
  });
  expect(api.findSpacesKey("FIRST")).toMatchObject({ secretKey: "secret", grants: full });
  expect(api.findSpacesKey("OTHER")).toBeUndefined();
});
