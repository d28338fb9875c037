import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { nodeFiles } from "../testing/node-root.ts";
import { staticFiles } from "./files.ts";

const units = readdirSync(join(nodeFiles, "etc/systemd/system"));
const ownUnits = units.filter((name) => !name.endsWith(".d"));

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("units");
});

it.each(units.filter((name) => name.endsWith(".d")))("%s is right for systemd", (name) => {
  const unit = basename(name, ".d");
  const service = "[Service]\nExecStart=/bin/true\n";
  writeFileSync(join(folder, unit), unit.endsWith(".socket") ? "[Socket]\nListenStream=1\n" : service);
  if (unit.endsWith(".socket")) writeFileSync(join(folder, unit.replace(".socket", ".service")), service);
  mkdirSync(join(folder, name));
  for (const file of readdirSync(join(nodeFiles, "etc/systemd/system", name))) {
    // The programs are not on this machine.
    const dropIn = asOnNode(`${name}/${file}`).replace(/^ExecStart=\/\S+/m, "ExecStart=/bin/true");
    writeFileSync(join(folder, name, file), dropIn);
  }
  expect(verify(unit)).toEqual({ stderr: "", status: 0 });
});

it.each(ownUnits)("%s is a unit that systemd takes", (name) => {
  for (const unit of ownUnits) {
    writeFileSync(join(folder, unit), asOnNode(unit));
  }
  expect(verify(name)).toEqual({ stderr: "", status: 0 });
});

/** Text of a unit as it comes to a node, but for its programs, which are not on this machine. */
function asOnNode(unit: string): string {
  const file = staticFiles().find(({ path }) => path === `/etc/systemd/system/${unit}`);
  if (file === undefined) throw new Error(`${unit}: is not among the files of a node`);
  return file.content.replace(/^(Exec\w+)=\S+/gm, "$1=/bin/true");
}

function verify(unit: string) {
  const options = { encoding: "utf8", timeout: 60_000 } as const;
  const { stderr, status } = spawnSync("systemd-analyze", ["verify", "--man=no", join(folder, unit)], options);
  return { stderr, status };
}
