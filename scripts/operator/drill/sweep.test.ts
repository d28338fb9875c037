import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { sweep } from "./sweep.ts";

interface Resource {
  readonly id?: string | number;
  readonly name: string;
  readonly tags?: readonly string[];
}

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** An account with these resources, by path; deletions are recorded in order. */
async function account(resources: Record<string, Resource[]>, deletions: string[]): Promise<string> {
  server = createServer((request, response) => {
    const [, , ...parts] = (request.url ?? "").replace(/\?.*/, "").split("/");
    const path = Object.keys(resources).find((key) => parts.join("/").startsWith(key)) ?? "";
    const name = path === "account/keys" ? "ssh_keys" : path;
    if (request.method === "DELETE") {
      const id = parts.at(-1) ?? "";
      deletions.push(`${path}/${id}`);
      resources[path] = (resources[path] ?? []).filter((resource) => String(resource.id ?? resource.name) !== id);
    }
    response.end(request.method === "DELETE" ? "" : JSON.stringify({ [name]: resources[path] ?? [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("sweep", () => {
  it("removes what the drill left, droplets first, and nothing else", async () => {
    const deletions: string[] = [];
    const endpoint = await account(
      {
        droplets: [
          { id: 1, name: "xmpp1.example.org", tags: ["imera-local"] },
          { id: 2, name: "xmpp1.example.org", tags: ["imera-drill-1a2b3c"] },
        ],
        volumes: [
          { id: "v1", name: "imera-xmpp1-data-1111111" },
          { id: "v2", name: "imera-xmpp1-data-2222222" },
        ],
        firewalls: [
          { id: "f1", name: "imera-local" },
          { id: "f2", name: "imera-drill-1a2b3c" },
        ],
        vpcs: [
          { id: "n1", name: "imera-drill-1a2b3c-fra1" },
          { id: "n2", name: "imera-drill-1a2b3cd" },
        ],
        "account/keys": [{ id: 7, name: "imera-drill-1a2b3c-provisioning" }],
        tags: [{ name: "imera-drill-1a2b3c" }, { name: "imera-local" }],
      },
      deletions,
    );
    const belongings = { label: "imera-drill-1a2b3c", volumeNames: new Set(["imera-xmpp1-data-2222222"]) };
    const found = await sweep({ endpoint, token: "t" }, belongings);
    expect(deletions).toEqual([
      "droplets/2",
      "volumes/v2",
      "firewalls/f2",
      "vpcs/n1",
      "account/keys/7",
      "tags/imera-drill-1a2b3c",
    ]);
    expect(found).toHaveLength(6);
    expect(await sweep({ endpoint, token: "t" }, belongings)).toEqual([]);
  });
});
