import { describe, expect, it } from "vitest";
import { type Deployment, nameOf, resources, type StateResource } from "../../toolchain/engine/state.ts";
import { forgetting, inOtherRegions } from "./leave-behind.ts";

const of = (token: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: `urn:pulumi:prod::imera::${token}::${name}`,
  type: token,
  ...more,
});
const droplet = of("digitalocean:index/droplet:Droplet", "droplet", { inputs: { region: "fra1" } });
const volume = of("digitalocean:index/volume:Volume", "data", { inputs: { region: "fra1" }, protect: true });
const attachment = of("digitalocean:index/volumeAttachment:VolumeAttachment", "attachment", {
  dependencies: [droplet.urn, volume.urn],
});
const bucket = of("digitalocean:index/spacesBucket:SpacesBucket", "bucket", { inputs: { region: "ams3" } });
const key = (name: string, permission: string) =>
  of("digitalocean:index/spacesKey:SpacesKey", name, { inputs: { grants: [{ bucket: "b", permission }] } });
const watcher = of("digitalocean:index/droplet:Droplet", "imera-watcher-droplet", { inputs: { region: "ams3" } });
const record = of("cloudflare:index/dnsRecord:DnsRecord", "a", { dependencies: [droplet.urn] });
const state: Deployment = {
  deployment: {
    resources: [droplet, volume, attachment, bucket, key("node", "readwrite"), key("reader", "read"), record, watcher],
  },
};

describe("inOtherRegions", () => {
  it("finds droplet, volume and what ties them, and neither bucket nor DNS nor the droplet that watches", () => {
    expect(inOtherRegions(state, "lon1")).toEqual([droplet, volume, attachment]);
  });

  it("finds nothing when all is there: a second run leaves nothing behind", () => {
    expect(inOtherRegions(state, "fra1")).toEqual([]);
  });
});

describe("forgetting", () => {
  const rest = resources(forgetting(state, inOtherRegions(state, "lon1")));

  it("keeps the rest, protected bucket and DNS records among it", () => {
    expect(rest.map(({ urn }) => nameOf(urn))).toEqual(["bucket", "node", "reader", "a", "imera-watcher-droplet"]);
    expect(rest.at(-2)?.dependencies).toEqual([]);
  });

  it("has the node's key to the bucket replaced, so that the old node can't write any more", () => {
    expect(rest.filter((each) => each["taint"] === true).map(({ urn }) => nameOf(urn))).toEqual(["node"]);
  });
});
