import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { createIncus } from "../../../local/incus/client.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { tryTcp } from "../port-scan.ts";
import { type Cloud, firstNode, runningCloud, testRunNumber } from "../cloud.ts";
import { type EngineResult, pulumi } from "../engine.ts";
import { cloudflareClient, digitaloceanList } from "../vendors.ts";

const run = runNumbered(Number(testRunNumber()));
let before: Cloud;
let recordsBefore: number;
let refusal: EngineResult;
let volumesAfterRefusal: number;

beforeAll(async () => {
  before = await runningCloud();
  recordsBefore = (await zoneRecords()).length;
  refusal = await destroyProtected();
  volumesAfterRefusal = (await digitaloceanList("volumes")).length;
  // The two steps of docs/production.md.
  await succeed("config", "set", "imera:protectData", "false");
  await succeed("up", "--yes", "--skip-preview");
  await succeed("destroy", "--yes");
});

async function destroyProtected(): Promise<EngineResult> {
  await succeed("config", "set", "imera:protectData", "true");
  await succeed("up", "--yes", "--skip-preview");
  return pulumi("destroy", "--yes");
}

async function succeed(...args: string[]): Promise<void> {
  const { exitCode, output } = await pulumi(...args);
  expect(exitCode, output).toBe(0);
}

async function zoneRecords(): Promise<string[]> {
  const api = await cloudflareClient();
  const { result: zones } = await api.zones.list({ name: before.status.domain });
  const names: string[] = [];
  for await (const record of api.dns.records.list({ zone_id: zones[0]?.id ?? "" })) names.push(record.name);
  return names;
}

describe("pulumi destroy of a protected network", () => {
  it("is refused for the volume's and the bucket's sake", () => {
    expect(refusal.exitCode).not.toBe(0);
    expect(refusal.output).toMatch(/imera-(xmpp1-data|backup)" cannot be deleted[^]*because it is protected/);
  });

  it("leaves the data alone", () => {
    expect(volumesAfterRefusal).toBe(1);
  });
});

describe("after pulumi destroy", () => {
  it.each(["droplets", "volumes", "firewalls", "account/keys", "tags", "reserved_ips"])(
    "DigitalOcean has no %s",
    async (path) => {
      expect(await digitaloceanList(path)).toEqual([]);
    },
  );

  it("Spaces has no bucket, backups and all, and no key but the operator's", async () => {
    expect(await readdir(run.files.objects)).toEqual([]);
    expect(await digitaloceanList("spaces/keys")).toMatchObject([{ name: "operator" }]);
  });

  it("DigitalOcean has no VPC but the region's default one", async () => {
    const vpcs = (await digitaloceanList("vpcs")) as { default: boolean }[];
    expect(vpcs.filter((vpc) => !vpc.default)).toEqual([]);
  });

  it("the zone, which had records, is empty", async () => {
    expect(recordsBefore).toBeGreaterThan(10);
    expect(await zoneRecords()).toEqual([]);
  });

  it("the node's token is gone, only the operator's is left", async () => {
    const tokens: unknown[] = [];
    for await (const token of (await cloudflareClient()).user.tokens.list()) tokens.push(token.name);
    expect(tokens).toHaveLength(1);
  });

  it("no droplet runs on this machine", async () => {
    const instances = (await createIncus(run.files.incus).get("/instances")) as string[];
    expect(instances.filter((path) => path.includes("droplet"))).toEqual([]);
  });

  it("packets to the droplet that is gone stay on this machine", async () => {
    expect(await tryTcp(firstNode(before).publicIpv4, 5222, 1_000)).toBe("silent");
  });

  it("the engine knows of no resource any more", async () => {
    const { output } = await pulumi("preview");
    expect(output).not.toMatch(/\bunchanged\b/);
  });
});
