import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeTaken, readSettingsFile, takeSettings } from "./edited-settings.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imera-settings-"));
});
afterEach(() => rm(folder, { recursive: true }));

const own = new Set(["imera:sshNetworks", "imera:turnSecret"]);
const places = () => ({
  edited: join(folder, "edited"),
  stack: join(folder, "stack"),
  taken: join(folder, "taken"),
  runNumber: 6,
});
const usual = ["imera:domain: imera.test", "imera:region: fra1", "imera:ttlSeconds: 60"];

async function edit(...lines: string[]): Promise<void> {
  await writeFile(places().edited, ["config:", ...lines.map((line) => `  ${line}`), ""].join("\n"));
}

/** A stack that took the usual settings, and has a secret and an address of its own. */
async function usualStack(): Promise<void> {
  await edit(...usual);
  const ofItsOwn = ['imera:sshNetworks: ["10.99.6.2/32"]', "imera:turnSecret:", "  secure: v1:abc"];
  const lines = [...usual, ...ofItsOwn].map((line) => `  ${line}`);
  await writeFile(places().stack, ["config:", ...lines, "encryptionsalt: v1:salt", ""].join("\n"));
  await takeSettings(places(), own);
}

describe("takeSettings", () => {
  it("takes what was added, changed and removed, and leaves secrets and addresses alone", async () => {
    await usualStack();
    await edit("imera:domain: imera.test", "imera:region: fra1", "imera:uploadMaxFileMiB: 50", "nodes: [xmpp1, xmpp2]");
    const { changes } = await takeSettings(places(), own);
    expect(changes).toEqual([
      { name: "imera:ttlSeconds", from: 60, to: undefined },
      { name: "imera:uploadMaxFileMiB", from: undefined, to: 50 },
      { name: "imera:nodes", from: undefined, to: ["xmpp1", "xmpp2"] },
    ]);
    expect(await readSettingsFile(places().stack)).toEqual({
      "imera:domain": "imera.test",
      "imera:region": "fra1",
      "imera:sshNetworks": ["10.99.6.2/32"],
      "imera:turnSecret": { secure: "v1:abc" },
      "imera:uploadMaxFileMiB": 50,
      "imera:nodes": ["xmpp1", "xmpp2"],
    });
    expect(await readFile(places().stack, "utf8")).toContain("encryptionsalt: v1:salt");
    expect((await stat(places().stack)).mode & 0o777).toBe(0o600);
  });

  it("takes an edit once, and one that was taken back as well", async () => {
    await usualStack();
    await edit(...usual, "imera:backupHour: 5");
    await takeSettings(places(), own);
    expect((await takeSettings(places(), own)).changes).toEqual([]);
    await edit(...usual);
    expect((await takeSettings(places(), own)).changes).toEqual([{ name: "imera:backupHour", from: 5, to: undefined }]);
  });

  it("leaves what was set in the stack's file alone until it is edited", async () => {
    await usualStack();
    const text = await readFile(places().stack, "utf8");
    await writeFile(places().stack, text.replace("imera:ttlSeconds: 60", "imera:ttlSeconds: 90"));
    expect((await takeSettings(places(), own)).changes).toEqual([]);
    await edit(...usual.slice(0, 2), "imera:ttlSeconds: 30");
    expect((await takeSettings(places(), own)).changes).toEqual([{ name: "imera:ttlSeconds", from: 90, to: 30 }]);
  });

  it("removes nothing from a stack of which it is not known what it took", async () => {
    await usualStack();
    await rm(places().taken);
    // As the CLI writes a number.
    const text = await readFile(places().stack, "utf8");
    await writeFile(places().stack, text.replace("imera:ttlSeconds: 60", 'imera:ttlSeconds: "60"'));
    await edit("imera:domain: imera.test", "imera:region: ams3", "imera:ttlSeconds: 60");
    expect((await takeSettings(places(), own)).changes).toEqual([{ name: "imera:region", from: "fra1", to: "ams3" }]);
  });

  it("names what the local cloud sets itself, and leaves it", async () => {
    await usualStack();
    await edit(...usual, 'imera:sshNetworks: ["192.0.2.0/24"]');
    const taken = await takeSettings(places(), own);
    expect(taken).toEqual({ changes: [], ignored: ["imera:sshNetworks"] });
    expect(describeTaken(taken, "Pulumi.local.yaml")).toMatch(/imera:sshNetworks is the local cloud's own/);
  });

  it("refuses another domain, and takes nothing", async () => {
    await usualStack();
    const before = await readFile(places().stack, "utf8");
    await edit("imera:domain: other.test", "imera:region: ams3");
    await expect(takeSettings(places(), own)).rejects.toThrow(
      /imera:domain: .*imera\.test.*npm run local -- down --run 6/s,
    );
    expect(await readFile(places().stack, "utf8")).toBe(before);
  });

  it.each(["config:\n  a: [", "config: 7", "- a"])("names the file where %j stands in it", async (content) => {
    await usualStack();
    await writeFile(places().edited, content);
    await expect(takeSettings(places(), own)).rejects.toThrow(places().edited);
  });
});

describe("describeTaken", () => {
  it("says each change in a line, and nothing where nothing changed", () => {
    const changes = [
      { name: "imera:uploadMaxFileMiB", from: undefined, to: 50 },
      { name: "imera:region", from: "fra1", to: undefined },
    ];
    expect(describeTaken({ changes, ignored: [] }, "Pulumi.local.yaml")).toBe(
      "From Pulumi.local.yaml:\n  imera:uploadMaxFileMiB: default → 50\n  imera:region: fra1 → default",
    );
    expect(describeTaken({ changes: [], ignored: [] }, "Pulumi.local.yaml")).toBeUndefined();
  });
});
