import { expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import type { NetworkOutputs } from "../network/network-outputs.ts";
import { stackAccess } from "../network/stack-access.ts";
import { describeNetwork } from "./describe-network.ts";
import { inspectNetwork, type InspectedNetwork } from "./inspect-network.ts";

const { publicKey, privateKey } = generateOpenSshKeyPair("test");

/** Nobody answers there as the node: no DNS at port 1, no XMPP, and no SSH with this host key. */
const nowhere = "127.0.0.1";

const outputs: NetworkOutputs = {
  domain: "imera.test",
  adminJid: "admin@imera.test",
  nodes: [
    {
      name: "xmpp1.imera.test",
      publicIpv4: nowhere,
      publicIpv6: "::1",
      privateIpv4: nowhere,
      serviceIpv4: nowhere,
      sshHostKey: publicKey,
    },
  ],
  backup: { endpoint: "s3.test", region: "ams3", bucket: "b" },
  backupReader: { accessKey: "a", secretKey: "s" },
};

const access = {
  ...stackAccess({
    stack: "local",
    runNumber: 6,
    configFile: "",
    workFolder: "",
    run: undefined,
    cli: { command: "", env: {}, projectFolder: "" },
    toolchain: { pulumiHome: "", pulumi: "", nodePath: "", compileCache: "", parts: [] },
    outside: { nameServers: [`${nowhere}:1`], caBundle: undefined },
  }),
  setting: () => Promise.resolve(undefined),
  required: (name: string) => Promise.resolve(name === "provisioningPrivateKey" ? privateKey : "pw"),
};

it("finds each way into a network that is gone red, and says so first", async () => {
  const network = await inspectNetwork(access, outputs);
  expect(network).toMatchObject({ healthy: false, serving: false, nodes: [{ serving: false }] });
  const checks = network.nodes[0]?.checks ?? [];
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ["DNS", false],
    ["login", false],
    ["CAA", true],
    ["SSH", false],
  ]);
  expect([...checks, network.watcher, network.copy].filter(({ isGap }) => isGap).map(({ name }) => name)).toEqual([
    "CAA",
    "watcher",
    "copy",
  ]);
  const text = describeNetwork(network, access);
  expect(text).toMatch(
    /^imera\.test does NOT serve its users: 3 of 3 checks are red\.\n3 marked – are neither green nor red\.\n/,
  );
  expect(text).not.toContain("✓");
  expect(text).toContain("npm run rebuild -- --stack local --run 6");
  expect(text).not.toContain("is up");
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

const found = (serving: boolean, ...checks: [name: string, ok: boolean][]): InspectedNetwork => ({
  domain: "imera.test",
  adminJid: "admin@imera.test",
  healthy: checks.every(([, ok]) => ok),
  serving,
  copy: { name: "copy", ok: true, isGap: true, detail: "none" },
  watcher: { name: "watcher", ok: true, detail: "watches" },
  nodes: [
    {
      name: "xmpp1.imera.test",
      publicIpv4: "203.0.113.7",
      privateIpv4: "10.0.0.2",
      serving,
      checks: checks.map(([name, ok]) => ({ name, ok, detail: `what ${name} is` })),
    },
  ],
});

it("shows red checks before green ones, and tells backups from service", () => {
  const text = describeNetwork(found(true, ["login", true], ["backup", false]), { stack: "prod" });
  expect(text).toMatch(/^imera\.test serves its users, but 1 of 3 checks is red\.\n/);
  expect(text.indexOf("✗ backup")).toBeLessThan(text.indexOf("✓ login"));
  expect(text).toContain("npm run ssh -- --stack prod xmpp1");
});

it("has a line about the copy at another provider: that there is none, or why it cannot be looked at", async () => {
  const copyOf = async (settings: Readonly<Record<string, string>>) => {
    const setting = (name: string) => Promise.resolve(settings[name]);
    return (await inspectNetwork({ ...access, setting }, { ...outputs, nodes: [] })).copy;
  };
  expect(await copyOf({})).toMatchObject({
    ok: true,
    isGap: true,
    detail: expect.stringContaining("docs/copy.md") as string,
  });
  const place = { copyBucket: "b", copyEndpoint: "s3.test", copyRegion: "r" };
  expect(await copyOf(place)).toMatchObject({
    ok: false,
    detail: expect.stringContaining("COPY_ACCESS_KEY_ID") as string,
  });
});

it("says how to log in where all is green", () => {
  const text = describeNetwork(found(true, ["login", true]), { stack: "prod" });
  expect(text).toMatch(/^imera\.test is up: all 2 checks are green\.\n1 marked – is neither green nor red\.\n/);
  expect(text).toContain("– copy  none");
  expect(text).toContain("admin@imera.test");
  expect(text).toContain("npm run pulumi -- config get imera:adminPassword --stack prod");
});
