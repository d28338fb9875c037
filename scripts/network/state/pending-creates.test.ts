import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Deployment, resources, type StateResource } from "../../../toolchain/engine/state.ts";
import { resourceTypes } from "../../../toolchain/engine/resource-types.ts";
import { settlePendingCreates } from "./pending-creates.ts";
import type { StackAccess } from "../stack-access.ts";
import { type Lists, type PagedApi, startPagedApi } from "../../../components/testing/paged-api.ts";

let api: PagedApi;
let lists: Lists;
let imported: Deployment[];
beforeEach(async () => {
  [lists, imported] = [{}, []];
  api = await startPagedApi(lists, { pageSize: 2 });
});
afterEach(() => api[Symbol.asyncDispose]());

const dropletType = resourceTypes.droplet;
const tokenType = resourceTypes.apiToken;

describe("settlePendingCreates", () => {
  it("takes in a droplet that exists, and forgets the pending creation", async () => {
    lists["/v2/droplets"] = [
      { id: 7, name: "other", region: { slug: "fra1" } },
      { id: 8, name: "xmpp1", region: { slug: "fra1" } },
    ];
    const settled = await settlePendingCreates(
      access(),
      pending(dropletType, { name: "xmpp1", region: "fra1" }),
      ignore,
    );
    expect(resources(settled)).toMatchObject([{ id: "8", type: dropletType, outputs: { userData: sha1OfHello } }]);
    expect(imported).toHaveLength(1);
  });

  it("has one made that does not exist", async () => {
    lists["/v2/droplets"] = [];
    const settled = await settlePendingCreates(
      access(),
      pending(dropletType, { name: "xmpp1", region: "fra1" }),
      ignore,
    );
    expect(resources(settled)).toEqual([]);
    expect(imported).toHaveLength(1);
  });

  it.each([
    [
      resourceTypes.uptimeCheck,
      "/v2/uptime/checks",
      { name: "imera-prod-web" },
      { id: "c-1", name: "imera-prod-web" },
      "c-1",
    ],
    [
      resourceTypes.monitorAlert,
      "/v2/monitoring/alerts",
      { description: "disk" },
      { uuid: "a-1", description: "disk" },
      "a-1",
    ],
  ])("takes in a %s that exists", async (type, path, inputs, item, id) => {
    lists[path] = [item];
    expect(resources(await settlePendingCreates(access(), pending(type, inputs), ignore))).toMatchObject([
      { id, type },
    ]);
  });

  it("leaves alone what was left behind in another region", async () => {
    lists["/v2/droplets"] = [{ id: 6, name: "xmpp1", region: { slug: "lon1" } }];
    const settled = await settlePendingCreates(
      access(),
      pending(dropletType, { name: "xmpp1", region: "fra1" }),
      ignore,
    );
    expect(resources(settled)).toEqual([]);
  });

  it("does not take the one in that the state knows already", async () => {
    lists["/v2/droplets"] = [{ id: 8, name: "xmpp1", region: { slug: "fra1" } }];
    const state = pending(dropletType, { name: "xmpp1", region: "fra1" });
    state.deployment.resources = [{ urn: "urn:old", type: dropletType, id: "8" }];
    const settled = await settlePendingCreates(access(), state, ignore);
    expect(resources(settled)).toHaveLength(1);
  });

  it("refuses to choose among several", async () => {
    lists["/v2/droplets"] = [
      { id: 7, name: "xmpp1", region: { slug: "fra1" } },
      { id: 8, name: "xmpp1", region: { slug: "fra1" } },
    ];
    const settle = settlePendingCreates(access(), pending(dropletType, { name: "xmpp1", region: "fra1" }), ignore);
    await expect(settle).rejects.toThrow("several of that name: 7, 8");
    expect(imported).toEqual([]);
  });

  it("deletes a token whose value nobody knows", async () => {
    lists["/client/v4/user/tokens"] = [
      { id: "t1", name: "imera" },
      { id: "t2", name: "yours" },
    ];
    await settlePendingCreates(access(), pending(tokenType, { name: "imera" }), ignore);
    expect(lists["/client/v4/user/tokens"]).toEqual([{ id: "t2", name: "yours" }]);
  });

  it("finds a token and a key that stand on the third page", async () => {
    const others = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ id: `o${index}`, name: `o${index}` }));
    lists["/client/v4/user/tokens"] = [...others(5), { id: "t9", name: "imera" }, ...others(1)];
    await settlePendingCreates(access(), pending(tokenType, { name: "imera" }), ignore);
    expect(api.requests).toContain("DELETE /client/v4/user/tokens/t9");
    lists["/v2/account/keys"] = [...others(4), { id: 512, name: "imera-provisioning" }];
    const settled = await settlePendingCreates(
      access(),
      pending(resourceTypes.sshKey, { name: "imera-provisioning" }),
      ignore,
    );
    expect(resources(settled)).toMatchObject([{ id: "512", type: resourceTypes.sshKey }]);
  });

  it("asks nobody where nothing is pending", async () => {
    await settlePendingCreates(access(), { deployment: {} }, ignore);
    expect(api.requests).toEqual([]);
    expect(imported).toEqual([]);
  });
});

const sha1OfHello = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
const exportedWithSecrets = {
  deployment: {
    pending_operations: [
      {
        type: "creating",
        resource: {
          urn: `urn:pulumi:prod::imera::${dropletType}::it`,
          type: dropletType,
          inputs: { userData: { plaintext: '"hello"' } },
        },
      },
    ],
  },
};
const ignore = () => undefined;

function pending(type: string, inputs: Record<string, unknown>): Deployment {
  const resource: StateResource = { urn: `urn:pulumi:prod::imera::${type}::it`, type, inputs };
  return { deployment: { resources: [], pending_operations: [{ type: "creating", resource }] } };
}

function access(): StackAccess {
  return {
    stack: "prod",
    setting: api.setting,
    pulumi: async (...args: string[]) => {
      if (args.includes("export")) return JSON.stringify(exportedWithSecrets);
      imported.push(JSON.parse(await readFile(args.at(-1) ?? "", "utf8")) as Deployment);
      return "";
    },
  } as unknown as StackAccess;
}
