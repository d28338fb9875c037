import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { generateOpenSshKeyPair, publicHalfOf, publicKeyProblem } from "./openssh-key.ts";

it("makes a key pair that OpenSSH reads", async () => {
  const folder = await mkdtemp(join(tmpdir(), "imera-key-"));
  try {
    const { privateKey, publicKey } = generateOpenSshKeyPair("imera");
    await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
    const { stdout } = await execa("ssh-keygen", ["-y", "-f", join(folder, "key")]);
    expect(stdout).toBe(publicKey);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe("publicKeyProblem", () => {
  it.each([
    ["ed25519", "256"],
    ["ecdsa", "256"],
    ["ecdsa", "521"],
    ["rsa", "2048"],
  ])("takes what OpenSSH makes: %s, %s bits", async (type, bits) => {
    const { publicKey, privateKey } = await madeByOpenSsh(type, bits, "");
    expect(publicKeyProblem(publicKey)).toBeUndefined();
    expect(publicHalfOf(privateKey)).toBe(publicKey.split(" ", 2).join(" "));
    expect(publicKeyProblem(publicKey.replace(/(AAAA.{20})..../, "$1"))).toContain("expected a whole");
  });

  it("refuses an RSA key that is too short", async () => {
    expect(publicKeyProblem((await madeByOpenSsh("rsa", "1024", "")).publicKey)).toContain("at least 2048 bits");
  });

  it("finds no public half in a key with a passphrase", async () => {
    expect(publicHalfOf((await madeByOpenSsh("ed25519", "256", "a passphrase")).privateKey)).toBeUndefined();
  });
});

async function madeByOpenSsh(type: string, bits: string, passphrase: string) {
  const folder = await mkdtemp(join(tmpdir(), "imera-key-"));
  try {
    const file = join(folder, "key");
    await execa("ssh-keygen", ["-q", "-t", type, "-b", bits, "-N", passphrase, "-C", "ana's laptop", "-f", file]);
    return { privateKey: await readFile(file, "utf8"), publicKey: (await readFile(`${file}.pub`, "utf8")).trim() };
  } finally {
    await rm(folder, { recursive: true });
  }
}
