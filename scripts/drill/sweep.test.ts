import { describe, expect, it } from "vitest";
import type { CloudApi } from "../network/cloud-api.ts";
import { sweep } from "./sweep.ts";

interface Resource {
  readonly id?: string | number;
  readonly name: string;
  readonly tags?: readonly string[];
}

/** An account with these resources, by path; deletions are recorded in order. */
function account(resources: Record<string, Resource[]>, deletions: string[]): CloudApi {
  return {
    get: (path) => {
      const name = path.replace(/\?.*/, "");
      return Promise.resolve({ [name === "account/keys" ? "ssh_keys" : name]: resources[name] ?? [] });
    },
    remove: (path) => {
      const [, name = "", id] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
      resources[name] = (resources[name] ?? []).filter((resource) => String(resource.id ?? resource.name) !== id);
      return Promise.resolve(void deletions.push(path));
    },
  };
}

describe("sweep", () => {
  it("removes what the drill left, droplets first, and nothing else", async () => {
    const deletions: string[] = [];
    const api = account(
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
    const found = await sweep(api, belongings);
    expect(deletions).toEqual([
      "droplets/2",
      "volumes/v2",
      "firewalls/f2",
      "vpcs/n1",
      "account/keys/7",
      "tags/imera-drill-1a2b3c",
    ]);
    expect(found).toHaveLength(6);
    expect(await sweep(api, belongings)).toEqual([]);
  });
});
