import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StackAccess, stackAccess } from "../network/stack-access.ts";
import { chooseSettings } from "./settings.ts";

const time = "2026-11-22T10:00:00Z";
const salt = "encryptionsalt: v1:c2FsdA==:v1:bm9uY2U=:dGV4dA==\n";
const plain = `# The network.\n${salt}config:\n    imera:region: fra1\n`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imera-settings-"));
  file = join(folder, "Pulumi.prod.yaml");
  await writeFile(file, plain);
});
afterEach(() => rm(folder, { recursive: true }));

describe("settings of a rebuild", () => {
  it("are in a copy until they are kept, and then in the stack's file, with its permissions", async () => {
    await chmod(file, 0o640);
    await using chosen = await chooseSettings(access(), { region: "lon1", to: time });
    expect(await readFile(file, "utf8")).toBe(plain);
    expect([chosen.region, await chosen.access.setting("region")]).toEqual(["lon1", "lon1"]);

    const kept = await chosen.keep();
    expect([await kept.setting("region"), await kept.setting("recoveryTime")]).toEqual(["lon1", time]);
    expect(kept.configFile).toBe(file);
    expect(await readFile(file, "utf8")).toContain(salt);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it("leave the stack's file and nothing else where they are not kept", async () => {
    await (await chooseSettings(access(), { region: "lon1" }))[Symbol.asyncDispose]();
    expect(await readFile(file, "utf8")).toBe(plain);
    expect(await readdir(folder)).toEqual(["Pulumi.prod.yaml", "work"]);
    expect(await readdir(join(folder, "work"))).toEqual([]);
  });

  it("take no notice of a copy that a killed rebuild left", async () => {
    await chooseSettings(access(), { region: "lon1", to: time });
    await using chosen = await chooseSettings(access(), {});
    await chosen.keep();
    expect(await readFile(file, "utf8")).toBe(plain);
  });

  it("do not write over what somebody else changed meanwhile", async () => {
    await using chosen = await chooseSettings(access(), { region: "lon1" });
    const other = plain.replace("fra1", "ams3");
    await writeFile(file, other);
    await expect(chosen.keep()).rejects.toThrow("was changed meanwhile");
    expect(await readFile(file, "utf8")).toBe(other);
  });

  it("go into the file that a link leads to", async () => {
    const link = join(folder, "link.yaml");
    await symlink(file, link);
    await using chosen = await chooseSettings({ ...access(), configFile: link }, { region: "lon1" });
    await chosen.keep();
    expect(await readFile(file, "utf8")).toContain("lon1");
  });

  it("do not guess whether a time that an earlier run left still holds", async () => {
    await writeFile(file, `${plain}    imera:recoveryTime: ${time}\n`);
    await expect(chooseSettings(access(), {})).rejects.toThrow("--to newest");
    await using again = await chooseSettings(access(), { to: time });
    expect(await (await again.keep()).setting("recoveryTime")).toBe(time);
    await using newest = await chooseSettings(access(), { to: "newest" });
    expect([newest.time, await (await newest.keep()).setting("recoveryTime")]).toEqual([undefined, undefined]);
  });

  it("refuse what is no time", async () => {
    await expect(chooseSettings(access(), { to: "yesterday" })).rejects.toThrow("--to: yesterday");
  });
});

function access(): StackAccess {
  const command = fileURLToPath(new URL("testing/config-cli.sh", import.meta.url));
  return stackAccess({
    stack: "prod",
    toolchain: { pulumi: command } as StackAccess["toolchain"],
    cli: { command, env: { PATH: process.env["PATH"] }, projectFolder: folder },
    configFile: file,
    run: undefined,
    workFolder: join(folder, "work"),
    outside: { nameServers: undefined, caBundle: undefined },
  });
}
