import { expect, it, onTestFinished, vi } from "vitest";
import { log } from "@pulumi/pulumi";
import { readSettings } from "../settings/settings.ts";
import { goodConfig } from "../testing/good-config.ts";
import { mockEngine, type MockEngineOptions } from "../testing/mocks.ts";
import { type Lists, type PagedApi, type PagedApiOptions, startPagedApi } from "../testing/paged-api.ts";
import { knownResources } from "./stack-state.ts";
import { survey } from "./survey.ts";

const zone = { zoneId: "z", dnsWritePermissionId: "p" };
const size = (slug: string) => ({ slug, disk: 25, regions: ["fra1"], available: true });
const droplet = (status: string) => ({
  id: 7,
  name: "xmpp1.example.org",
  status,
  locked: false,
  disk: 25,
  size_slug: "s-1vcpu-1gb",
  region: { slug: "fra1" },
});
const record = {
  id: "r1",
  type: "SRV",
  name: "_xmpp-client._tcp.example.org",
  content: "1 5222 old.example",
  priority: 5,
};
const vpc = (id: string, isDefault: boolean) => ({ id, name: id, region: "fra1", default: isDefault });
const lists: Lists = {
  "/v2/regions": [{ slug: "fra1", available: true, features: ["storage"] }],
  // On the last page.
  "/v2/sizes": [...Array.from({ length: 45 }, (_, index) => size(`c-${index}`)), size("s-1vcpu-1gb")],
  "/v2/droplets": [],
  "/v2/volumes": [],
  "/v2/reserved_ips": [],
  "/v2/vpcs": [],
  "/v2/firewalls": [],
  "/v2/account/keys": [],
  "/client/v4/zones/z/dns_records": [],
};
const single = {
  "/v2/account": { account: { droplet_limit: 10, floating_ip_limit: 3, status: "active" } },
  "/v2/images/debian-13-x64": {
    image: {
      regions: ["fra1"],
      min_disk_size: 7,
      status: "available",
      distribution: "Debian",
      name: "13 x64",
      public: true,
    },
  },
};
const state = (name: string, type: string, id: string) => ({
  [`urn:pulumi:prod::imera::${type}::${name}`]: { type, outputs: { id } },
});

async function look(changes: Lists = {}, options: PagedApiOptions & MockEngineOptions = {}) {
  const api = await startPagedApi({ ...lists, ...changes }, { pageSize: 20, single, ...options });
  onTestFinished(() => api[Symbol.asyncDispose]());
  await mockEngine(options);
  return survey("imera", readSettings(goodConfig()), zone, await knownResources(), configOf(api));
}

function configOf({ digitalocean, cloudflare }: Pick<PagedApi, "digitalocean" | "cloudflare">) {
  return {
    "digitalocean:token": digitalocean.token ?? "",
    "digitalocean:apiEndpoint": digitalocean.address ?? "",
    "cloudflare:apiToken": cloudflare.token ?? "",
    "cloudflare:baseUrl": cloudflare.address ?? "",
  };
}

it("reads every page, and finds nothing wrong with a new network in an account that has none", async () => {
  expect(await look()).toMatchObject({ vpcIsDefault: true, off: new Map() });
});

it("throws all that both vendors would refuse, in one error", async () => {
  const looked = look({ "/v2/sizes": [size("c-2")], "/client/v4/zones/z/dns_records": [record] });
  await expect(looked).rejects.toThrow(
    /nothing is made:\n {2}imera:size: .*\n {2}the record "_xmpp-client\._tcp.* 5 1 5222/,
  );
});

it("throws where the zone may not have as many records", async () => {
  const full = {
    ...single,
    "/client/v4/zones/z/dns_records/usage": { result: { record_quota: 200, record_usage: 190 } },
  };
  await expect(look({}, { single: full })).rejects.toThrow(/lets the zone example\.org have 200 records; it has 190/);
});

it("knows the stack's own records by its state", async () => {
  const own = state("imera-dns-domain-xmpp-client-tcp-xmpp1", "cloudflare:index/dnsRecord:DnsRecord", "r1");
  await look({ "/client/v4/zones/z/dns_records": [record] }, { state: own });
});

it.each([
  ["active", []],
  ["off", ["xmpp1"]],
])("notices of a droplet of the stack that it is %s", async (status, off) => {
  const own = state("imera-xmpp1-droplet", "digitalocean:index/droplet:Droplet", "7");
  const found = await look({ "/v2/droplets": [droplet(status)] }, { state: own });
  expect([...found.off.keys()]).toEqual(off);
});

it.each([
  ["has no VPC", [], true],
  ["has a default VPC", [vpc("d", true)], false],
  ["has the stack's as its default", [vpc("own", true)], true],
  ["has the stack's beside its default", [vpc("own", false), vpc("d", true)], false],
])("tells of a region that %s whether the stack's can be deleted", async (_what, vpcs, vpcIsDefault) => {
  const own = state("imera-vpc", "digitalocean:index/vpc:Vpc", "own");
  expect(await look({ "/v2/vpcs": vpcs }, { state: own })).toMatchObject({ vpcIsDefault });
});

it("warns of what the token may not read, and goes on", async () => {
  const warn = vi.spyOn(log, "warn").mockResolvedValue();
  onTestFinished(() => {
    warn.mockRestore();
  });
  await look({}, { refused: { "/v2/sizes": 403, "/client/v4/zones/z/dns_records": 403 } });
  const warnings = warn.mock.calls.map(([text]) => text).join("\n");
  expect(warnings).toMatch(/list sizes: not checked/);
  expect(warnings).toMatch(/Records that are in the zone already: not checked/);
});

it("throws in words for a token that is not known, and for an API that does not answer", async () => {
  await expect(look({}, { refused: { "/v2/droplets": 401 } })).rejects.toThrow(/token is not known there/);
  const nowhere = { token: "t", address: "http://127.0.0.1:9" };
  const config = configOf({ digitalocean: nowhere, cloudflare: nowhere });
  await expect(survey("imera", readSettings(goodConfig()), zone, [], config)).rejects.toThrow(
    /does not answer.*Nothing was made/s,
  );
});

it("does without a token, and says so", async () => {
  const warn = vi.spyOn(log, "warn").mockResolvedValue();
  onTestFinished(() => {
    warn.mockRestore();
  });
  await mockEngine({ preview: true });
  await survey("imera", readSettings(goodConfig()), zone, [], {});
  expect(warn.mock.calls.map(([text]) => text).join("\n")).toMatch(/no API token for DigitalOcean.*not checked/);
});
