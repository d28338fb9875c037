import { describe, expect, it } from "vitest";
import { type Deployment, resources, type StateResource, withAdopted, withoutResources } from "./state.ts";

const urn = (type: string, name: string) => `urn:pulumi:prod::imera::${type}::${name}`;
const droplet = (inputs: Record<string, unknown>): StateResource => ({
  urn: urn("digitalocean:index/droplet:Droplet", "droplet"),
  type: "digitalocean:index/droplet:Droplet",
  inputs,
});
const record: StateResource = {
  urn: urn("cloudflare:index/dnsRecord:DnsRecord", "a"),
  type: "cloudflare:index/dnsRecord:DnsRecord",
  dependencies: ["other", droplet({}).urn],
  propertyDependencies: { content: [droplet({}).urn], name: null },
};

function state(...list: StateResource[]): Deployment {
  return { version: 3, deployment: { resources: list, secrets_providers: { type: "passphrase" } } };
}

describe("withoutResources", () => {
  const rest = withoutResources(state({ ...droplet({}), id: "7" }, record), new Set([droplet({}).urn]));

  it("leaves what depended on them, and nothing that points to them", () => {
    expect(resources(rest)).toEqual([
      { ...record, dependencies: ["other"], propertyDependencies: { content: [], name: [] } },
    ]);
  });

  it("keeps the rest of the state, its secrets' key among it", () => {
    expect(rest).toMatchObject({ version: 3, deployment: { secrets_providers: { type: "passphrase" } } });
  });
});

describe("withAdopted", () => {
  it("adds what exists with its id, so that a refresh reads the rest", () => {
    const [, adopted] = resources(withAdopted(state(record), droplet({ name: "xmpp1" }), { id: "7" }));
    expect(adopted).toMatchObject({ id: "7", inputs: { name: "xmpp1" }, outputs: { name: "xmpp1", id: "7" } });
  });

  it("leaves what it was to replace to be deleted", () => {
    const old = { ...droplet({}), id: "6" };
    const list = resources(withAdopted(state(old, record), droplet({}), { id: "7" }));
    expect(list.map(({ id, delete: isLeft }) => [id, isLeft])).toEqual([
      ["7", undefined],
      ["6", true],
      [undefined, undefined],
    ]);
  });
});
