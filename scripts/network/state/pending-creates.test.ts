import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Deployment, resources, type StateResource } from "../../../toolchain/engine/state.ts";
import { settlePendingCreates } from "./pending-creates.ts";
import type { StackAccess } from "../stack-access.ts";

let server: Server;
let answers: Record<string, unknown>;
let asked: string[];
let imported: Deployment[];
beforeEach(async () => {
  [answers, asked, imported] = [{}, [], []];
  server = createServer((request: IncomingMessage, response) => {
    const { pathname } = new URL(request.url ?? "", "http://x");
    asked.push(`${request.method ?? ""} ${pathname}`);
    const answer = answers[pathname];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => server.close());

const dropletType = "digitalocean:index/droplet:Droplet";
const tokenType = "cloudflare:index/apiToken:ApiToken";

describe("settlePendingCreates", () => {
  it("takes in a droplet that exists, and forgets the pending creation", async () => {
    answers["/v2/droplets"] = {
      droplets: [
        { id: 7, name: "other", region: { slug: "fra1" } },
        { id: 8, name: "xmpp1", region: { slug: "fra1" } },
      ],
      links: {},
      meta: {},
    };
    const settled = await settlePendingCreates(
      access(),
      pending(dropletType, { name: "xmpp1", region: "fra1" }),
      ignore,
    );
    expect(resources(settled)).toMatchObject([{ id: "8", type: dropletType, outputs: { userData: sha1OfHello } }]);
    expect(imported).toHaveLength(1);
  });

  it("has one made that does not exist", async () => {
    answers["/v2/droplets"] = { droplets: [] };
    const settled = await settlePendingCreates(
      access(),
      pending(dropletType, { name: "xmpp1", region: "fra1" }),
      ignore,
    );
    expect(resources(settled)).toEqual([]);
    expect(imported).toHaveLength(1);
  });

  it("leaves alone what was left behind in another region", async () => {
    answers["/v2/droplets"] = { droplets: [{ id: 6, name: "xmpp1", region: { slug: "lon1" } }] };
    const settled = await settlePendingCreates(
      access(),
      pending(dropletType, { name: "xmpp1", region: "fra1" }),
      ignore,
    );
    expect(resources(settled)).toEqual([]);
  });

  it("does not take the one in that the state knows already", async () => {
    answers["/v2/droplets"] = { droplets: [{ id: 8, name: "xmpp1", region: { slug: "fra1" } }] };
    const state = pending(dropletType, { name: "xmpp1", region: "fra1" });
    state.deployment.resources = [{ urn: "urn:old", type: dropletType, id: "8" }];
    const settled = await settlePendingCreates(access(), state, ignore);
    expect(resources(settled)).toHaveLength(1);
  });

  it("refuses to choose among several", async () => {
    answers["/v2/droplets"] = {
      droplets: [
        { id: 7, name: "xmpp1", region: { slug: "fra1" } },
        { id: 8, name: "xmpp1", region: { slug: "fra1" } },
      ],
    };
    const settle = settlePendingCreates(access(), pending(dropletType, { name: "xmpp1", region: "fra1" }), ignore);
    await expect(settle).rejects.toThrow("several of that name: 7, 8");
    expect(imported).toEqual([]);
  });

  it("deletes a token whose value nobody knows", async () => {
    answers["/client/v4/user/tokens"] = {
      result: [
        { id: "t1", name: "imera" },
        { id: "t2", name: "yours" },
      ],
    };
    await settlePendingCreates(access(), pending(tokenType, { name: "imera" }), ignore);
    expect(asked).toContain("DELETE /client/v4/user/tokens/t1");
    expect(asked).not.toContain("DELETE /client/v4/user/tokens/t2");
  });

  it("asks nobody where nothing is pending", async () => {
    await settlePendingCreates(access(), { deployment: {} }, ignore);
    expect(asked).toEqual([]);
    expect(imported).toEqual([]);
  });
});

const sha1OfHello = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
const exportedWithSecrets = {
  deployment: {
    pending_operations: [
      {
        type: "creating",
        resource: { urn: `urn:pulumi:prod::imera::${dropletType}::it`, inputs: { userData: { plaintext: '"hello"' } } },
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
  const { port } = server.address() as AddressInfo;
  const settings: Record<string, string> = {
    "digitalocean:token": "dop",
    "digitalocean:apiEndpoint": `http://127.0.0.1:${port}`,
    "cloudflare:apiToken": "cf",
    "cloudflare:baseUrl": `http://127.0.0.1:${port}/client/v4`,
  };
  return {
    stack: "prod",
    setting: (name: string) => Promise.resolve(settings[name]),
    pulumi: async (...args: string[]) => {
      if (args.includes("export")) return JSON.stringify(exportedWithSecrets);
      imported.push(JSON.parse(await readFile(args.at(-1) ?? "", "utf8")) as Deployment);
      return "";
    },
  } as unknown as StackAccess;
}
