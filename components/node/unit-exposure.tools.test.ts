import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { staticFiles } from "./files.ts";

const folder = "/etc/systemd/system/";
const files = staticFiles().filter(({ path }) => path.startsWith(folder));

/** Debian's units, as far as they say what the service may do. */
const ofDebian: Readonly<Record<string, string>> = {
  "certbot.service": "[Service]\nType=oneshot\nExecStart=/bin/true\nPrivateTmp=true\n",
  "ejabberd.service":
    "[Service]\nType=notify\nUser=ejabberd\nGroup=ejabberd\nLimitNOFILE=65536\nPrivateTmp=true\nProtectHome=true\n" +
    "ProtectSystem=full\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nExecStart=/bin/true\n",
  "postgresql@.service": "[Service]\nType=forking\nExecStart=/bin/true\nOOMScoreAdjust=-900\n",
};

/** Services that cannot be held to the limit. */
const unbound = new Map([
  [
    "imera-upgrade.service",
    "it installs packages, whose scripts may do anything, and proves the node as converge does",
  ],
]);

const ours = files.map(({ path }) => path.slice(folder.length)).filter((name) => /^[^/]+\.service$/.test(name));

it.each([...ours, ...Object.keys(ofDebian)].filter((unit) => !unbound.has(unit)))(
  "%s is below 3 by systemd-analyze security",
  (unit) => {
    expect(exposure(unit)).toBeLessThan(3);
  },
);

it("each exception is a service that there is", () => {
  expect([...unbound.keys()].filter((unit) => !ours.includes(unit))).toEqual([]);
});

/** Exposure of a unit with our drop-ins, from 0, nothing, to 10, all. */
function exposure(unit: string): number {
  const root = temporaryFolder("units");
  const at = join(root, folder);
  mkdirSync(join(at, `${unit}.d`), { recursive: true });
  writeFileSync(join(at, unit), ofDebian[unit] ?? text(unit));
  for (const { path } of files.filter((file) => file.path.startsWith(`${folder}${unit}.d/`))) {
    writeFileSync(join(root, path), text(path.slice(folder.length)));
  }
  expect(readdirSync(at)).toContain(unit);
  const instance = unit.replace("@.", "@17-main.");
  if (instance !== unit) writeFileSync(join(at, instance), ofDebian[unit] ?? text(unit));
  const words = ["security", "--offline=true", `--root=${root}`, "--no-pager", unit.replace("@.", "@17-main.")];
  const shown = execFileSync("systemd-analyze", words, { encoding: "utf8" });
  const level = /exposure level for \S+ ([0-9.]+)/i.exec(shown)?.[1];
  if (level === undefined) throw new Error(`systemd-analyze says nothing of ${unit}: ${shown.slice(-300)}`);
  return Number(level);
}

function text(name: string): string {
  const file = files.find(({ path }) => path === folder + name);
  if (file === undefined) throw new Error(`${name}: is not among the files of a node`);
  return file.content.replace(/^(Exec\w+)=\S+/gm, "$1=/bin/true");
}
