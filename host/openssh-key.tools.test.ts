import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { generateOpenSshKeyPair } from "./openssh-key.ts";

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
