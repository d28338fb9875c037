import { describe, expect, it } from "vitest";
import { digitalocean } from "../network/cloud-api.ts";
import { startPagedApi } from "../../components/testing/paged-api.ts";
import { sweep } from "./sweep.ts";

describe("sweep", () => {
  it("removes what the drill left, droplets first, and nothing else", async () => {
    await using account = await startPagedApi(
      {
        "/v2/droplets": [
          { id: 1, name: "xmpp1.example.org", tags: ["imera-local"] },
          { id: 2, name: "xmpp1.example.org", tags: ["imera-drill-1a2b3c"] },
        ],
        "/v2/volumes": [
          { id: "v1", name: "imera-xmpp1-data-1111111" },
          { id: "v2", name: "imera-xmpp1-data-2222222" },
        ],
        "/v2/firewalls": [
          { id: "f1", name: "imera-local" },
          { id: "f2", name: "imera-drill-1a2b3c" },
        ],
        "/v2/vpcs": [
          { id: "n1", name: "imera-vpc-1111111", description: "imera-drill-1a2b3c", default: false },
          { id: "n2", name: "imera-vpc-2222222", description: "imera-drill-1a2b3cd", default: false },
          { id: "n3", name: "imera-vpc-3333333", description: "imera-drill-1a2b3c", default: true },
        ],
        "/v2/account/keys": [{ id: 7, name: "imera-drill-1a2b3c-provisioning" }],
        "/v2/tags": [{ name: "imera-drill-1a2b3c" }, { name: "imera-local" }],
      },
      { pageSize: 1 },
    );
    const api = await digitalocean(account);
    const belongings = { label: "imera-drill-1a2b3c", volumeNames: new Set(["imera-xmpp1-data-2222222"]) };
    const found = await sweep(api, belongings);
    expect(account.requests.filter((request) => request.startsWith("DELETE"))).toEqual([
      "DELETE /v2/droplets/2",
      "DELETE /v2/volumes/v2",
      "DELETE /v2/firewalls/f2",
      "DELETE /v2/vpcs/n1",
      "DELETE /v2/account/keys/7",
      "DELETE /v2/tags/imera-drill-1a2b3c",
    ]);
    expect(found).toHaveLength(6);
    expect(await sweep(api, belongings)).toEqual([]);
  });
});
