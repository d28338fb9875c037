import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDrillFile, writeDrillFile } from "../../../scripts/drill/drill-file.ts";
import type { DrillSource } from "../../../scripts/drill/source.ts";
import { setUpToolchain } from "../../../toolchain/set-up.ts";

const source: DrillSource = {
  stack: "prod",
  domain: "example.org",
  settings: {
    domain: "example.org",
    region: "fra1",
    volumeSizeGiB: "50",
    nodes: ["xmpp1"],
    sshNetworks: ["203.0.113.7/32"],
    provisioningPublicKey: "ssh-ed25519 AAAA prod",
  },
  backup: { endpoint: "ams3.digitaloceanspaces.com", region: "ams3", bucket: "imera-backup-1a2b3c4" },
  reader: { accessKey: "reader-access", secretKey: "reader-secret" },
  backupPassphrase: "passphrase-of-the-backups-0123456789",
  canaryPassword: "password-of-the-canary-0123456789",
};

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imera-drill-file-"));
  file = join(folder, "Pulumi.prod-drill.yaml");
  const toolchain = await setUpToolchain();
  await writeDrillFile(file, source, { toolchain, stack: "prod-drill", passphrase: "of the drill alone" });
});
afterAll(() => rm(folder, { recursive: true }));

const read = (passphrase: string | undefined) =>
  readDrillFile("prod-drill", { file, environment: { PULUMI_CONFIG_PASSPHRASE: passphrase } });

it("a drill's own file has all that a drill needs, for its own passphrase", async () => {
  expect(await read("of the drill alone")).toEqual({
    ...source,
    stack: "prod-drill",
    settings: {
      domain: "example.org",
      volumeSizeGiB: "50",
      nodes: ["xmpp1"],
      purpose: "drill",
      backupBucket: source.backup.bucket,
      backupEndpoint: source.backup.endpoint,
      backupRegion: source.backup.region,
    },
  });
});

it("shows no secret, and has none beside the reading key, the passphrase of the backups and the canary's password", async () => {
  const text = await readFile(file, "utf8");
  expect(text.match(/secure:/g)).toHaveLength(4);
  for (const secret of ["reader-secret", source.backupPassphrase, source.canaryPassword]) {
    expect(text).not.toContain(secret);
  }
});

it("is refused with what to do, without its passphrase or with another", async () => {
  await expect(read(undefined)).rejects.toThrow("export PULUMI_CONFIG_PASSPHRASE_FILE=FILE");
  await expect(read("of the network")).rejects.toThrow(/incorrect passphrase.*npm run stack -- drill/s);
});
