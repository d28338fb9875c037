import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import type { RecordedProperties } from "../protocol/contract/recording.ts";
import { digitalOceanProvider } from "./provider.ts";

let plugin: PluginClient;
beforeAll(async () => {
  plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: "http://127.0.0.1:9", token: "stub" });
});
afterAll(() => plugin.stop());

const urnOf = (type: string) =>
  `urn:pulumi:dev::imera::digitalocean:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}::x`;
const droplet = { name: "d", image: "debian-13-x64", region: "fra1", size: "s-1vcpu-1gb" };
const lifecycleRule = (rule: RecordedProperties) => ({ region: "ams3", lifecycleRules: [{ enabled: true, ...rule }] });
const rule = { protocol: "tcp", portRange: "443" };

// Beyond the recorded ones: each from the schema of the Terraform provider that the official plugin is made of.
describe("Check", () => {
  it.each<[string, RecordedProperties, string]>([
    [
      "Vpc",
      { region: "fra1", description: "d".repeat(256) },
      "expected length of description to be in the range (0 - 255), got d",
    ],
    ["Vpc", { region: "fra1", ipRange: "fd00::/129" }, 'expected "ip_range" to be a valid CIDR Value, got fd00::/129'],
    ["Volume", { region: "fra1", size: 0 }, "expected size to be at least (1), got 0. Examine values at 'x.size'."],
    ["Volume", { region: "fra1", size: 1, description: "" }, "description must not be empty, got . Examine values"],
    ["Volume", { region: "fra1", size: 1, tags: ["a", "ü"] }, "tags may contain lowercase letters"],
    ["Droplet", { ...droplet, userData: "" }, "user_data must not be empty, got . Examine values at 'x.userData'."],
    ["Droplet", { ...droplet, vpcUuid: "" }, "vpc_uuid must not be empty"],
    ["Firewall", { inboundRules: [rule, { ...rule, portRange: "" }] }, "inbound_rule.1.port_range must not be empty"],
    ["Firewall", { outboundRules: [{ ...rule, destinationTags: ["a.b"] }] }, "tags may contain"],
    ["VolumeAttachment", { volumeId: "v", dropletId: 0 }, "droplet_id must not be zero, got 0"],
    ["ReservedIpAssignment", { ipAddress: "::1", dropletId: 1 }, "to contain a valid IPv4 address, got: ::1"],
    ["SpacesBucket", { region: "nyc1" }, 'expected region to be one of ["ams3" "atl1"'],
    [
      "SpacesBucket",
      lifecycleRule({ noncurrentVersionExpiration: { days: 0 } }),
      "expected lifecycle_rule.0.noncurrent_version_expiration.0.days to be at least (1), got 0. Examine values at 'x.lifecycleRules'.",
    ],
    [
      "SpacesBucket",
      lifecycleRule({ expiration: { date: "2026-02-30" } }),
      '"2026-02-30" cannot be parsed as RFC3339 Timestamp Format',
    ],
    ["Project", { environment: "test" }, 'expected environment to be one of ["development" "staging" "production"]'],
    ["ProjectResources", { project: "", resources: [] }, 'expected "project" to not be an empty string, got '],
  ])("refuses a %s with %j", async (type, inputs, words) => {
    const { failures } = await plugin.check(urnOf(type), inputs);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(words);
  });

  it.each<[string, RecordedProperties]>([
    ["SpacesBucket", { region: "AMS3" }],
    ["Project", { environment: "PRODUCTION" }],
    ["Tag", { name: "Imera:a_b-C" }],
    ["Vpc", { region: "fra1", ipRange: "10.114.0.0/20" }],
    ["SpacesBucket", lifecycleRule({ expiration: { days: 0, expiredObjectDeleteMarker: true } })],
  ])("takes a %s with %j", async (type, inputs) => {
    expect((await plugin.check(urnOf(type), inputs)).failures).toEqual([]);
  });
});

describe("Diff", () => {
  const diff = (type: string, olds: RecordedProperties, news: RecordedProperties) =>
    plugin.diff(urnOf(type), "7", { olds, oldInputs: {}, news });

  it.each<[string, string, RecordedProperties, RecordedProperties]>([
    [
      "keys of a droplet in another order",
      "Droplet",
      { ...droplet, sshKeys: ["1", "2"] },
      { ...droplet, sshKeys: ["2", "1"] },
    ],
    ["a region and a size in capital letters", "Droplet", droplet, { ...droplet, region: "FRA1", size: "S-1VCPU-1GB" }],
    [
      "a volume's region in capital letters",
      "Volume",
      { name: "v", region: "fra1", size: 1 },
      { name: "v", region: "Fra1", size: 1 },
    ],
    [
      "a line feed behind a key",
      "SshKey",
      { name: "k", publicKey: "ssh-ed25519 A" },
      { name: "k", publicKey: "ssh-ed25519 A\n" },
    ],
    [
      "an environment in small letters",
      "Project",
      { name: "p", purpose: "x", environment: "Production" },
      { name: "p", purpose: "x", environment: "production" },
    ],
    [
      "versioning that is left out",
      "SpacesBucket",
      { name: "b", region: "ams3", acl: "private", versioning: { enabled: true } },
      { name: "b", region: "ams3", acl: "private" },
    ],
  ])("finds no change in %s", async (_, type, olds, news) => {
    expect(await diff(type, olds, news)).toMatchObject({ changes: "NONE", replaces: [] });
  });
});
