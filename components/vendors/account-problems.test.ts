import { describe, expect, it } from "vitest";
import type { Account, LiveDroplet, LiveVolume, OfferedImage } from "./account.ts";
import { accountProblems, type Wanted } from "./account-problems.ts";

const region = (slug: string) => ({ slug, available: true, features: ["storage"] });
const size = (slug: string, disk: number, regions = ["fra1", "ams3"], available = true) => ({
  slug,
  disk,
  regions,
  available,
});
const account: Account = {
  limits: { droplet_limit: 3, volume_limit: 2, floating_ip_limit: 1, status: "active", status_message: "" },
  regions: [
    region("ams3"),
    region("fra1"),
    { ...region("nyc2"), available: false },
    { ...region("sfo1"), features: [] },
  ],
  sizes: [
    size("s-1vcpu-512mb-10gb", 10),
    size("s-1vcpu-1gb", 25),
    size("s-2vcpu-2gb", 60),
    size("c-2", 25, ["ams3"]),
    size("s-gone", 80, ["fra1"], false),
  ],
  droplets: [],
  volumes: [],
  reservedIps: [],
  vpcs: [],
  firewalls: [],
  sshKeys: [],
};
const image: OfferedImage = {
  ...{ regions: ["ams3", "fra1"], min_disk_size: 7, status: "available" },
  ...{ distribution: "Debian", name: "13 x64", public: true },
};
const nothing = { droplet: undefined, volume: undefined, hasReservedIp: false };
const droplet: LiveDroplet = {
  id: "7",
  name: "xmpp1.example.org",
  status: "active",
  locked: false,
  disk: 25,
  size_slug: "s-1vcpu-1gb",
  region: { slug: "fra1" },
};
const volume: LiveVolume = { id: "v", name: "data", size_gigabytes: 20, region: { slug: "fra1" } };
const running = { droplet, volume, hasReservedIp: true };
const wanted: Wanted = {
  stack: { stack: "local", runNumber: 6 },
  region: "fra1",
  size: "s-1vcpu-1gb",
  image: "debian-13-x64",
  volumeSizeGiB: 20,
  reservedIp: false,
  watcher: undefined,
  nodes: [nothing],
  firewalls: ["imera-prod"],
  sshKey: "ssh-ed25519 AAAA imera",
  ownIds: new Set(),
};
const full = Array.from({ length: 3 }, (_, id) => ({ ...droplet, id: `${id}` }));

it.each(["Debian", "Unknown OS", ""])("takes a snapshot whose system is said to be '%s'", (distribution) => {
  const own = { ...image, public: false, distribution, name: "imera-20261126" };
  expect(accountProblems({ ...wanted, image: "77" }, account, own)).toEqual([]);
});

it("finds nothing wrong with what can be had", () => {
  expect(accountProblems(wanted, account, image)).toEqual([]);
  expect(accountProblems({ ...wanted, nodes: [running] }, { ...account, droplets: full }, image)).toEqual([]);
});

describe("before a droplet is made, refuses", () => {
  it.each<[string, Partial<Wanted>, Partial<Account>, OfferedImage | null, string]>([
    [
      "a region that is none",
      { region: "xyz1" },
      {},
      image,
      "imera:region: DigitalOcean has no region xyz1; it has ams3",
    ],
    ["a region that is full", { region: "nyc2" }, {}, image, "imera:region: nyc2 takes no new droplets"],
    ["a region without volumes", { region: "sfo1" }, {}, image, "imera:region: sfo1 has no volumes"],
    ["a size that is none", { size: "s-1vcpu-1gbb" }, {}, image, "imera:size: DigitalOcean has no size s-1vcpu-1gbb"],
    ["a size of other regions", { size: "c-2" }, {}, image, "imera:size: c-2 is not to be had in fra1"],
    ["a size that is sold no more", { size: "s-gone" }, {}, image, "imera:size: s-gone is not to be had in fra1"],
    ["an image that is none", { image: "plan9" }, {}, null, "imera:image: DigitalOcean has no image plan9"],
    ["a snapshot of another region", {}, {}, { ...image, regions: ["ams3"] }, "is not in fra1, but in ams3"],
    ["a snapshot that is being made", {}, {}, { ...image, status: "pending" }, "is pending"],
    [
      "another system",
      {},
      {},
      { ...image, distribution: "Ubuntu", name: "24.04 (LTS) x64" },
      "is Ubuntu 24.04 (LTS) x64",
    ],
    ["an older Debian", {}, {}, { ...image, name: "12 x64" }, "is Debian 12 x64, and nodes are made of Debian 13"],
    [
      "a snapshot of another system",
      { image: "77" },
      {},
      { ...image, public: false, distribution: "Fedora", name: "mine" },
      "imera:image: 77 is Fedora mine",
    ],
    [
      "an image with more than the disk",
      {},
      {},
      { ...image, min_disk_size: 60 },
      "imera:size: s-1vcpu-1gb has a disk of 25",
    ],
    ["one droplet too many", {}, { droplets: full }, image, "lets the account have 3 droplets; it has 3"],
    ["one volume too many", {}, { volumes: [volume, volume] }, image, "lets the account have 2 volumes; it has 2"],
    ["one reserved IP too many", { reservedIp: true }, { reservedIps: [{}] }, image, "1 reserved IPs"],
    [
      "a locked account",
      {},
      { limits: { droplet_limit: 3, status: "locked", status_message: "unpaid" } },
      image,
      "locked the account: unpaid",
    ],
    [
      "a firewall's name that is taken",
      {},
      { firewalls: [{ id: "f", name: "imera-prod" }] },
      image,
      "imera-prod already",
    ],
    [
      "an SSH key that is there",
      {},
      { sshKeys: [{ id: "1", name: "old", public_key: "ssh-ed25519 AAAA else" }] },
      image,
      'this SSH key already, as "old"',
    ],
  ])("%s", (_what, change, found, offered, problem) => {
    const problems = accountProblems({ ...wanted, ...change }, { ...account, ...found }, offered);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it("all of it together", () => {
    const bad = { ...wanted, size: "huge", image: "plan9", nodes: [{ ...nothing, volume }], volumeSizeGiB: 1 };
    expect(accountProblems(bad, { ...account, droplets: full }, null)).toHaveLength(4);
  });
});

describe("of a droplet that is there, refuses", () => {
  it.each<[string, Partial<Wanted>, string]>([
    ["a smaller disk", { size: "s-1vcpu-512mb-10gb" }, "disk has 25 GiB and cannot shrink to the 10 GiB"],
    ["a smaller disk, with what to run", { size: "s-1vcpu-512mb-10gb" }, "npm run rebuild -- --stack local --run 6"],
    ["a size that is none", { size: "s-1vcpu" }, "has no size s-1vcpu"],
    ["a smaller volume", { volumeSizeGiB: 19 }, "imera:volumeSizeGiB: the volume data has 20 GiB"],
    ["another region's image", { region: "ams3", image: "1" }, "is not in ams3"],
  ])("%s", (_what, change, problem) => {
    const inFra1 = { ...image, regions: ["fra1"] };
    const problems = accountProblems({ ...wanted, nodes: [running], ...change }, account, inFra1);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it("neither a size that is no longer sold, nor a region that is full, nor an image that is gone", () => {
    const old = { ...droplet, size_slug: "s-gone", region: { slug: "nyc2" } };
    const stays = { droplet: old, volume: { ...volume, region: { slug: "nyc2" } }, hasReservedIp: false };
    const change = { size: "s-gone", region: "nyc2", image: "plan9", nodes: [stays] };
    expect(accountProblems({ ...wanted, ...change }, account, null)).toEqual([]);
  });

  it("neither its own firewall nor its own key", () => {
    const found = {
      firewalls: [{ id: "f", name: "imera-prod" }],
      sshKeys: [{ id: "1", name: "k", public_key: "ssh-ed25519 AAAA" }],
    };
    const own = { ...wanted, ownIds: new Set(["f", "1"]) };
    expect(accountProblems(own, { ...account, ...found }, image)).toEqual([]);
  });
});

it("says nothing of lists that could not be read", () => {
  const unknown = { limits: undefined, regions: undefined, sizes: undefined, firewalls: undefined, sshKeys: undefined };
  const bad = { ...wanted, region: "xyz1", size: "huge" };
  expect(accountProblems(bad, { ...account, ...unknown }, undefined)).toEqual([]);
});
