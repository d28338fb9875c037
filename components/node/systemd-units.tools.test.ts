import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it } from "vitest";

const root = fileURLToPath(new URL("../files/etc/systemd/system/", import.meta.url));
const units = readdirSync(root);
const ownUnits = units.filter((name) => !name.endsWith(".d"));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imera-units-"));
});

it.each(units.filter((name) => name.endsWith(".d")))("%s is right for systemd", (name) => {
  const unit = basename(name, ".d");
  const service = "[Service]\nExecStart=/bin/true\n";
  writeFileSync(join(folder, unit), unit.endsWith(".socket") ? "[Socket]\nListenStream=1\n" : service);
  if (unit.endsWith(".socket")) writeFileSync(join(folder, unit.replace(".socket", ".service")), service);
  cpSync(join(root, name), join(folder, name), { recursive: true });
  expect(verify(unit)).toEqual({ stderr: "", status: 0 });
});

it.each(ownUnits)("%s is a unit that systemd takes", (name) => {
  for (const unit of ownUnits) {
    // The programs are not on this machine.
    const text = readFileSync(join(root, unit), "utf8");
    writeFileSync(join(folder, unit), text.replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
  }
  expect(verify(name)).toEqual({ stderr: "", status: 0 });
});

function verify(unit: string) {
  const options = { encoding: "utf8", timeout: 60_000 } as const;
  const { stderr, status } = spawnSync("systemd-analyze", ["verify", "--man=no", join(folder, unit)], options);
  return { stderr, status };
}
