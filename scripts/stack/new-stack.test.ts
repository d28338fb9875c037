import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSettings } from "../../components/settings/settings.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { newStack, refuseExistingSecrets } from "./new-stack.ts";
import { checkAnswers, credentials, networkList, proposedNetworks } from "./questions.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";

const answers = {
  domain: "example.org",
  contact: "ops@example.org",
  region: "fra1",
  sshNetworks: ["203.0.113.7/32"],
  digitaloceanToken: "dop_v1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  cloudflareToken: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  spacesAccessId: "DO00CCCCCCCCCCCCCCCC",
  spacesSecretKey: "dddddddddddddddddddddddddddddddddddddddddddd",
};

describe("generateStackSecrets", () => {
  it("makes everything that the program asks for, with the answers and no more", () => {
    const { secret, plain } = generateStackSecrets();
    const values = withFullNames({
      ...secret,
      ...plain,
      domain: "example.org",
      contact: "ops@example.org",
      region: "fra1",
      sshNetworks: '["203.0.113.7/32"]',
    });
    values["digitalocean:token"] = answers.digitaloceanToken;
    values["cloudflare:apiToken"] = answers.cloudflareToken;
    values["digitalocean:spacesAccessId"] = answers.spacesAccessId;
    values["digitalocean:spacesSecretKey"] = answers.spacesSecretKey;
    const secretNames = new Set([
      ...Object.keys(withFullNames(secret)),
      "digitalocean:token",
      "cloudflare:apiToken",
      "digitalocean:spacesSecretKey",
    ]);
    expect(() => readSettings({ stack: "prod", values, secretNames })).not.toThrow();
  });

  it("never makes the same twice", () => {
    const [one, other] = [generateStackSecrets(), generateStackSecrets()];
    for (const [key, value] of Object.entries(one.secret)) {
      expect(Object.values(other.secret), key).not.toContain(value);
    }
  });
});

describe("checkAnswers", () => {
  it("takes good ones", () => {
    expect(checkAnswers(answers)).toEqual(answers);
  });

  it("names all that will not do, without showing a token", () => {
    const wrong = {
      ...answers,
      domain: "nowhere",
      contact: undefined,
      sshNetworks: [],
      cloudflareToken: "short",
      spacesSecretKey: "short",
    };
    const check = () => checkAnswers(wrong);
    for (const name of ["domain", "sshNetworks", "cloudflareToken", "spacesSecretKey"]) {
      expect(check).toThrow(`${name}: expected`);
    }
    expect(check).toThrow("contact: missing");
    expect(check).not.toThrow("short");
  });
});

describe("networks", () => {
  it("are read from text with commas", () => {
    expect(networkList(" 203.0.113.7/32,2001:db8::/32 ,")).toEqual(["203.0.113.7/32", "2001:db8::/32"]);
  });

  it("are proposed from public addresses only", () => {
    const address = (text: string, family: "IPv4" | "IPv6") =>
      family === "IPv4"
        ? { address: text, family, internal: false, netmask: "", mac: "", cidr: null }
        : { address: text, family, internal: false, netmask: "", mac: "", cidr: null, scopeid: 0 };
    const interfaces = {
      eth0: [address("203.0.113.7", "IPv4"), address("2001:db8::7", "IPv6"), address("fe80::1", "IPv6")],
      wg0: [address("10.1.2.3", "IPv4"), address("100.64.0.1", "IPv4"), address("fd00::1", "IPv6")],
    };
    expect(proposedNetworks(interfaces)).toEqual(["203.0.113.7/32", "2001:db8::7/128"]);
  });
});

describe("newStack", () => {
  let folder: string;
  let cli: PulumiCli;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "imera-stack-"));
    cli = { command: join(folder, "pulumi"), env: { PATH: process.env["PATH"] }, projectFolder: folder };
    await writeFile(cli.command, recorder(folder));
    await chmod(cli.command, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("creates the stack, writes its settings, and passes each secret on standard input", async () => {
    await newStack(cli, "prod", answers);
    const log = await readFile(join(folder, "log"), "utf8");
    expect(log).toContain("args: stack init prod --no-select --non-interactive\n");
    expect(log).toMatch(
      /args: config set imera:adminPassword --secret --stack prod --non-interactive\nstdin: \S{20}\n/,
    );
    for (const credential of credentials) expect(log).toContain(`stdin: ${answers[credential]}\n`);
    const commandLines = log.split("\n").filter((line) => line.startsWith("args: "));
    expect(commandLines.join("\n")).not.toMatch(/PRIVATE KEY|dop_v1|bbbb|CCCC|dddd/);
  });

  it("hands private keys over with the newline they end with", async () => {
    await newStack(cli, "prod", answers);
    const log = await readFile(join(folder, "log"), "utf8");
    // The CLI takes one of the two away.
    expect(log).toContain("-----END OPENSSH PRIVATE KEY-----\n\n");
  });

  it("refuses a stack that has secrets, before it changes anything", async () => {
    await writeFile(join(folder, "Pulumi.prod.yaml"), "config:\n  imera:adminPassword:\n    secure: v1:abc\n");
    await expect(newStack(cli, "prod", answers)).rejects.toThrow(/already has encrypted settings.*Nothing was changed/);
    await expect(readFile(join(folder, "log"), "utf8")).rejects.toThrow("ENOENT");
  });

  it("takes a file without secrets, such as the example", async () => {
    await writeFile(join(folder, "Pulumi.prod.yaml"), "config:\n  imera:domain: example.org\n");
    expect(() => refuseExistingSecrets(folder, "prod")).not.toThrow();
  });

  it("passes on why the CLI failed", async () => {
    await writeFile(cli.command, "#!/bin/sh\necho 'error: passphrase must be set' >&2\nexit 255\n");
    await expect(runPulumi(cli, ["stack", "ls"])).rejects.toThrow(
      "pulumi stack ls failed: error: passphrase must be set",
    );
  });
});

/** A CLI that has no stack and writes down how it was called. */
function recorder(folder: string): string {
  return [
    "#!/bin/sh",
    `if [ "$2" = ls ]; then echo '[]'; exit 0; fi`,
    `{ echo "args: $*"; printf 'stdin: '; cat; echo; } >> ${folder}/log`,
    "",
  ].join("\n");
}
