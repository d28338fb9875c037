import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { messageOf } from "../../../host/error.ts";
import { generateOpenSshKeyPair } from "../../../host/openssh-key.ts";
import { createIncus } from "../../../local/incus/client.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { logIn } from "../../../scripts/network/node/log-in.ts";
import { onFirstNode } from "../first-node.ts";
import { tryTcp } from "../../../scripts/probes/port-scan.ts";
import { type Cloud, firstNode, runningCloud, testRunNumber } from "../cloud.ts";
import { type EngineResult, pulumi } from "../engine.ts";
import { cloudflareClient, digitaloceanList } from "../vendors.ts";

const run = runNumbered(Number(testRunNumber()));
let before: Cloud;
let dropletBefore: unknown;
let recordsBefore: number;
let refusal: EngineResult;
let volumesAfterRefusal: number;

/** Droplet, and the keys that open it, after each change of the stack's keys. */
const logins: { readonly droplet: unknown; readonly taken: readonly string[] }[] = [];
const keys = Object.fromEntries(["first", "second", "ana"].map((name) => [name, generateOpenSshKeyPair(name)]));

beforeAll(async () => {
  before = await runningCloud();
  dropletBefore = await dropletId();
  recordsBefore = (await zoneRecords()).length;
  refusal = await destroyProtected();
  volumesAfterRefusal = (await digitaloceanList("volumes")).length;
  // The two steps of docs/production.md.
  await succeed("config", "set", "imera:protectData", "false");
  await succeed("config", "rm", "--path", "imera:sshKeys[0]");
  await changeKeyTo("second");
  await succeed("destroy", "--yes");
});

async function destroyProtected(): Promise<EngineResult> {
  await succeed("config", "set", "imera:protectData", "true");
  await succeed("config", "set", "--path", "imera:sshKeys[0]", keys["ana"]?.publicKey ?? "");
  await changeKeyTo("first");
  return pulumi("destroy", "--yes");
}

/** Gives the stack another pair of keys and brings it to the node, as docs/production.md has it. */
async function changeKeyTo(name: string): Promise<void> {
  const { privateKey = "", publicKey = "" } = keys[name] ?? {};
  const [ownPublic, ownPrivate] = [
    `imera:provisioningPublicKey=${publicKey}`,
    `imera:provisioningPrivateKey=${privateKey}`,
  ];
  await succeed("config", "set-all", "--plaintext", ownPublic, "--secret", ownPrivate);
  await succeed("up", "--yes", "--skip-preview");
  const taken = await Promise.all(Object.entries(keys).map(async ([key, pair]) => ((await opens(pair)) ? [key] : [])));
  logins.push({ droplet: await dropletId(), taken: taken.flat() });
}

async function dropletId(): Promise<unknown> {
  const [droplet] = (await digitaloceanList("droplets")) as { id: unknown }[];
  return droplet?.id;
}

async function opens({ privateKey }: { readonly privateKey: string }): Promise<boolean> {
  const hostKey = await onFirstNode("cat", "/etc/ssh/ssh_host_ed25519_key.pub");
  try {
    (await logIn({ host: firstNode(before).publicIpv4, hostKey, privateKey })).end();
    return true;
  } catch (error) {
    if (!messageOf(error).includes("does not take")) throw error;
    return false;
  }
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

describe("a change of the SSH keys", () => {
  it("opens the node to the new ones and shuts the former out, twice, on the droplet that is there", () => {
    expect(logins.map(({ taken }) => taken)).toEqual([["first", "ana"], ["second"]]);
    expect(new Set(logins.map(({ droplet }) => droplet)).size).toBe(1);
    expect(logins[0]?.droplet).toBe(dropletBefore);
  });
});

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
