import { describe, expect, it } from "vitest";
import { officialWaitSeconds } from "../measure/official-waits.ts";

const droplet = "digitalocean:index/droplet:Droplet";

describe("waits of the official plugins", () => {
  it("are those of the recording, one after the other", () => {
    const attachment = { operation: "create", type: "digitalocean:index/volumeAttachment:VolumeAttachment" };
    expect(officialWaitSeconds([{ operation: "create", type: droplet }])).toBe(10);
    expect(officialWaitSeconds([{ operation: "create-replacement", type: droplet }, attachment])).toBe(20);
    expect(officialWaitSeconds([{ operation: "delete", type: droplet }])).toBe(20);
  });

  it("are the longest that were recorded where an update may be of anything", () => {
    expect(officialWaitSeconds([{ operation: "update", type: droplet }])).toBe(30);
  });

  it("are none for what was recorded without one, or is no plugin's", () => {
    const types = ["cloudflare:index/dnsRecord:DnsRecord", "digitalocean:index/vpc:Vpc", "pulumi:pulumi:Stack"];
    expect(officialWaitSeconds(types.map((type) => ({ operation: "create", type })))).toBe(0);
    expect(officialWaitSeconds([{ operation: "refresh", type: droplet }])).toBe(0);
  });
});
