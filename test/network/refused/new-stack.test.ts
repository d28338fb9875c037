import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { userFolder } from "../../../host/user-folders.ts";
import { newStack } from "../../../scripts/stack/new-stack.ts";
import { findBackend, findStack } from "../../../scripts/stack/preconditions.ts";
import { type PulumiCli, runPulumi } from "../../../toolchain/engine/cli.ts";
import { setUpToolchain } from "../../../toolchain/set-up.ts";
import { repositoryRoot } from "../../runner/repository.ts";

const answers = {
  domain: "chat.example.org",
  zone: "example.org",
  contact: "ops@imera.chat",
  region: "fra1",
  sshNetworks: ["203.0.113.7/32"],
};
const token = `dop_v1_${"a".repeat(64)}`;

let folder: string;
let cli: PulumiCli;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imera-new-stack-test-"));
  for (const name of ["state", "home", "project"]) await mkdir(join(folder, name));
  for (const name of ["Pulumi.yaml", "Pulumi.prod.yaml"]) {
    await copyFile(join(repositoryRoot, name), join(folder, "project", name));
  }
  const { pulumi } = await setUpToolchain();
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    // The toolchain is this user's.
    XDG_DATA_HOME: dirname(userFolder("data")),
    XDG_CACHE_HOME: dirname(userFolder("cache")),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of this test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  cli = { command: pulumi, env, projectFolder: join(folder, "project") };
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `npm run stack -- new` as a person without a terminal does. */
async function command(args: readonly string[], env: Record<string, string | undefined>, input = "") {
  return execa(process.execPath, [join(repositoryRoot, "scripts/stack.ts"), "new", ...args], {
    env: { ...cli.env, ...env },
    extendEnv: false,
    reject: false,
    input,
  });
}

const options = "--domain example.org --contact ops@imera.chat --region fra1 --ssh-networks 203.0.113.7/32".split(" ");

describe("npm run stack -- new", () => {
  it("makes a stack whose file has its secrets, each setting in its place, and no vendor's key", async () => {
    const backend = await findBackend(cli);
    expect(backend).toEqual({ url: cli.env["PULUMI_BACKEND_URL"], wantsPassphrase: true });
    expect(await findStack(cli, "prod", backend)).toBe(false);
    await newStack(cli, { stack: "prod", answers, exists: false });
    const text = await readFile(join(folder, "project/Pulumi.prod.yaml"), "utf8");
    expect(text).toContain("\n  imera:zone: example.org\n");
    expect(text).toContain("\n  # imera:volumeSizeGiB: 10\n");
    expect(text).not.toMatch(/digitalocean:|cloudflare:|PRIVATE KEY/);
    const config = ["config", "--show-secrets", "--json", "--stack", "prod"];
    const values = JSON.parse(await runPulumi(cli, config)) as Record<string, unknown>;
    expect(values).toHaveProperty(["imera:domain", "value"], "chat.example.org");
    expect(values).toHaveProperty(["imera:backupPassphrase", "value"], expect.stringMatching(/^\w{40}$/));
    // The CLI takes one newline away, and a private key ends with one.
    expect(values).toHaveProperty(
      ["imera:provisioningPrivateKey", "value"],
      expect.stringMatching(/END OPENSSH PRIVATE KEY-----\n$/),
    );
  });

  it("keeps the vendors' keys in the file where that is wanted, encrypted", async () => {
    const kept = {
      digitaloceanToken: token,
      cloudflareToken: "c".repeat(40),
      spacesAccessId: "DO00CCCCCCCCCCCCCCCC",
      spacesSecretKey: "s".repeat(43),
    };
    await newStack(cli, { stack: "kept", answers: { ...answers, vendorKeys: kept }, exists: false });
    const text = await readFile(join(folder, "project/Pulumi.kept.yaml"), "utf8");
    expect(Object.keys((parse(text) as { config: object }).config)).toEqual(
      expect.arrayContaining(["digitalocean:token", "digitalocean:spacesSecretKey", "cloudflare:apiToken"]),
    );
    for (const value of Object.values(kept)) expect(text).not.toContain(value);
    expect(await runPulumi(cli, ["config", "get", "digitalocean:token", "--stack", "kept"])).toBe(token);
  });

  it("makes no new secrets for a stack that has resources, and says how to get the file back", async () => {
    const backend = await findBackend(cli);
    // As after `git checkout Pulumi.prod.yaml`, or in a clone without the commit.
    await copyFile(join(repositoryRoot, "Pulumi.prod.yaml"), join(folder, "project/Pulumi.prod.yaml"));
    expect(await findStack(cli, "prod", backend)).toBe(true);
    const state = JSON.parse(await runPulumi(cli, ["stack", "export", "--stack", "prod"])) as { deployment: object };
    const urn = "urn:pulumi:prod::imera::digitalocean:index/tag:Tag::imera-tag";
    const tag = { urn, type: "digitalocean:index/tag:Tag", custom: true, id: "imera-prod" };
    const file = join(folder, "state.json");
    await writeFile(file, JSON.stringify({ ...state, deployment: { ...state.deployment, resources: [tag] } }));
    await runPulumi(cli, ["stack", "import", "--stack", "prod", "--force", "--file", file]);
    await expect(findStack(cli, "prod", backend)).rejects.toThrow(/in use: .* has 1 resources.*git checkout COMMIT/s);
  });

  it("says how to log in before it asks for anything", async () => {
    const { exitCode, stderr } = await command(["refused-1", ...options], { PULUMI_BACKEND_URL: undefined });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("npm run pulumi -- login");
    expect(stderr).toContain("nothing was changed");
  });

  it("says how to get a passphrase before it asks for anything", async () => {
    const { exitCode, stderr } = await command(["refused-2", ...options], { PULUMI_CONFIG_PASSPHRASE: undefined });
    expect(exitCode).toBe(1);
    for (const way of ["--generate-passphrase", "PULUMI_CONFIG_PASSPHRASE_FILE", "--secrets-provider"]) {
      expect(stderr).toContain(way);
    }
    expect(await runPulumi(cli, ["stack", "ls", "--json"])).not.toContain("refused-2");
  });

  it("names everything that is missing, and changes nothing", async () => {
    const file = join(folder, "made.passphrase");
    const args = ["refused-3", "--domain", "chat.example.org", "--keep-tokens", "--generate-passphrase", file];
    const { exitCode, stderr } = await command(args, {}, JSON.stringify({ digitaloceanToken: "hunter2" }));
    expect(exitCode).toBe(1);
    for (const name of [
      "zone: missing",
      "contact: missing",
      "digitaloceanToken: expected",
      "cloudflareToken: missing",
    ]) {
      expect(stderr).toContain(name);
    }
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(repositoryRoot, "Pulumi.refused-3.yaml"))).toBe(false);
  });
});
