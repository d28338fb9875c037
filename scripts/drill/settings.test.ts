import { describe, expect, it, onTestFinished, vi } from "vitest";
import { regions } from "../../local/digitalocean/catalogue.ts";
import { readSettings } from "../../components/settings/settings.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { drillSettings } from "./settings.ts";
import { type DrillSource, withCopy } from "./source.ts";

const source: DrillSource = {
  stack: "prod",
  domain: "example.org",
  settings: {
    domain: "example.org",
    contact: "ops@example.org",
    region: "atl1",
    size: "c-4-intel",
    adminUser: "juliet",
    sshNetworks: ["203.0.113.7/32"],
    recovery: "volume",
    reservedIp: "true",
    protectData: "true",
  },
  backup: { endpoint: "ams3.digitaloceanspaces.com", region: "ams3", bucket: "imera-backup-1a2b3c4" },
  reader: { accessKey: "reader-access", secretKey: "reader-secret" },
  backupPassphrase: "passphrase-of-the-backups-0123456789",
  canaryPassword: "password-of-the-canary-0123456789",
};

/** Reads the settings of a drill as the program does. */
function readDrill({ plain, secret }: ReturnType<typeof drillSettings>) {
  const cloud = { "imera:sshNetworks": ["10.99.200.2/32"], "digitalocean:apiEndpoint": "http://10.99.200.1:8080" };
  const all = { ...withFullNames(plain), ...cloud, ...withFullNames(secret) };
  const values = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
  return readSettings({ stack: "drill-0a1b2c", values, secretNames: new Set(Object.keys(withFullNames(secret))) });
}

const copied = { copyBucket: "copy", copyEndpoint: "s3.example.net", copyRegion: "r-1" };

it("a source with a copy becomes one that has the copy for its store, and settings that the program takes", async () => {
  vi.stubEnv("COPY_ACCESS_KEY_ID", "copy-access");
  vi.stubEnv("COPY_SECRET_ACCESS_KEY", "copy-secret");
  onTestFinished(() => void vi.unstubAllEnvs());
  const fromCopy = await withCopy({ ...source, settings: { ...source.settings, ...copied } });
  const settings = readDrill(drillSettings(fromCopy, generateStackSecrets()));
  expect(settings).toMatchObject({ backupBucket: "copy", backupEndpoint: "s3.example.net", backupRegion: "r-1" });
  expect(fromCopy.reader).toEqual({ accessKey: "copy-access", secretKey: "copy-secret" });
  await expect(withCopy(source)).rejects.toThrow("names no copy");
});

describe("drillSettings", () => {
  const fresh = generateStackSecrets();
  const { plain, secret } = drillSettings(source, fresh);

  it("are settings that the program takes of a network that is watched", () => {
    const watched = {
      ...source.settings,
      watcher: '{"region":"ams3"}',
      watchPeer: "jabber.example.net",
      watchDailyHour: "7",
      watchResolvers: ["9.9.9.9"],
      vendorAlerts: '{"emails":["ops@example.org"]}',
    };
    const settings = readDrill(drillSettings({ ...source, settings: watched }, fresh));
    expect(settings).toMatchObject({ watcher: "", vendorAlerts: "", watchPeer: "" });
  });

  it("are settings that the program takes", () => {
    expect(readDrill({ plain, secret })).toMatchObject({
      purpose: "drill",
      domain: "example.org",
      adminUser: "juliet",
      protectData: false,
    });
  });

  it("take nothing over of where the network is and what guards it", () => {
    for (const name of ["sshNetworks", "recovery", "reservedIp"]) expect(plain).not.toHaveProperty(name);
    expect(regions.map(({ slug }) => slug)).toContain(plain["region"]);
    expect(plain["region"]).not.toBe(source.settings["region"]);
  });

  it("open the backup with the key that can only read it, and nothing else with the network's secrets", () => {
    expect(secret).toMatchObject({ backupAccessKey: "reader-access", backupSecretKey: "reader-secret" });
    expect(secret["backupPassphrase"]).toBe(source.backupPassphrase);
    expect(secret["provisioningPrivateKey"]).toBe(fresh.secret.provisioningPrivateKey);
    expect(secret["databasePassword"]).toBe(fresh.secret.databasePassword);
  });

  it("take the prepared image where the drill is in the network's own cloud, and not elsewhere", () => {
    const image = { id: 4711, name: "imera-image-local-x", ejabberd: "26.07", regions: ["fra1", "lon1"] };
    const local = { ...source, stack: "local", settings: { ...source.settings, region: "fra1" }, image };
    expect(drillSettings(local, fresh).plain).toMatchObject({ image: "4711", region: "lon1" });
    const one = { ...local, image: { ...image, regions: ["fra1"] } };
    expect(drillSettings(one, fresh).plain).toMatchObject({ image: "4711", region: "fra1" });
    expect(drillSettings({ ...source, image }, fresh).plain).not.toHaveProperty("image");
  });

  it("choose a size that a local cloud has", () => {
    expect(plain["size"]).toBe("s-2vcpu-4gb");
    const small = drillSettings({ ...source, settings: { ...source.settings, size: "s-1vcpu-1gb" } }, fresh);
    expect(small.plain["size"]).toBe("s-1vcpu-1gb");
  });
});
