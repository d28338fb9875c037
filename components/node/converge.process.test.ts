import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const library = join(nodeFiles, "usr/local/lib/imera");
const steps = [
  "10-packages",
  "15-modules",
  "20-system",
  "30-volume",
  "35-recovery",
  "40-database",
  "45-archive",
  "50-ejabberd",
  "55-admin",
  "57-personal-nodes",
  "60-certificate",
  "70-backup",
  "80-watch",
  "90-proof",
];

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

/** Runs converge with steps that note when they begin and end; `work` has shell code for some of them. */
function converge(work: Readonly<Record<string, string>> = {}) {
  for (const step of steps) {
    const code = `#!/bin/bash\ncd ${node.path}\necho "begin $0" >>order\n${work[step] ?? ""}\necho "end $0" >>order\n`;
    chmodSync(node.write(`/steps/${step}`, code.replaceAll("$0", step)), 0o755);
  }
  const orderFile = node.write("/order", "");
  const text = readFileSync(join(library, "converge"), "utf8")
    .replace("/usr/local/lib/imera", node.path)
    .replace("/run/imera-converge.lock", join(node.path, "lock"));
  const { status, stderr } = spawnSync("bash", ["-s"], { encoding: "utf8", input: text });
  return { status, stderr, order: readFileSync(orderFile, "utf8").trim().split("\n") };
}

/** Shell code that goes on once another step has begun, and fails where it does not. */
const once = (event: string) =>
  `for i in $(seq 500); do grep -q "${event}" order && break; sleep 0.02; done; grep -q "${event}" order`;

describe("converge", () => {
  it("runs each step once, and the proof when all that it is about has ended", () => {
    const { status, order } = converge();
    expect([status, order.toSorted()]).toEqual([
      0,
      steps.flatMap((step) => [`begin ${step}`, `end ${step}`]).toSorted(),
    ]);
    expect(order.slice(-4)).toEqual(["begin 90-proof", "end 90-proof", "begin 80-watch", "end 80-watch"]);
  });

  it.each([
    ["compiles for the server while the system is set up", "15-modules", "begin 20-system"],
    ["starts the server while the store is asked", "45-archive", "end 57-personal-nodes"],
    ["asks the authority while the database starts", "60-certificate", "end 40-database"],
  ])("%s", (_what, step, event) => {
    expect(converge({ [step]: once(event) })).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["the server before what it is given is compiled", "15-modules", "begin 50-ejabberd"],
    ["backups before the store has answered", "45-archive", "begin 70-backup"],
    ["backups before the accounts are there", "57-personal-nodes", "begin 70-backup"],
    ["the proof before there is a certificate", "60-certificate", "begin 90-proof"],
    ["a database before it is settled where the data comes from", "35-recovery", "begin 40-database"],
  ])("does not begin %s", (_what, step, event) => {
    const { status, order } = converge({ [step]: "sleep 0.3" });
    expect([status, order.indexOf(event) > order.indexOf(`end ${step}`)]).toEqual([0, true]);
  });

  it.each([
    ["40-database", ["50-ejabberd", "90-proof"], ["45-archive", "70-backup", "60-certificate"]],
    ["15-modules", ["50-ejabberd", "90-proof"], ["40-database", "45-archive", "70-backup"]],
    ["55-admin", ["57-personal-nodes", "90-proof"], ["45-archive", "70-backup"]],
    ["60-certificate", ["90-proof"], ["57-personal-nodes", "70-backup"]],
    ["35-recovery", ["40-database", "60-certificate", "70-backup", "90-proof"], []],
  ])("ends with an error where %s fails, and begins nothing that needs it", (step, never, all) => {
    const { status, stderr, order } = converge({ [step]: `echo "${step} has failed"; exit 1` });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${step} has failed`)]);
    expect(never.filter((each) => order.includes(`begin ${each}`))).toEqual([]);
    expect(all.filter((each) => !order.includes(`end ${each}`))).toEqual([]);
  });
});

describe("units that are to start at boot", () => {
  const enable = (...units: string[]) => {
    node.fake("systemctl", '[ "$1" != is-enabled ] || [ "$3" = known.service ]');
    const call = `source ${library}/step.sh; enable_units ${units.join(" ")}`;
    const { status } = spawnSync("bash", ["-c", call], {
      env: { PATH: `${node.path}/bin:${process.env["PATH"] ?? ""}` },
    });
    return { status, enabled: node.calls().match(/systemctl enable .*/g) ?? [] };
  };

  it("are enabled one by one, without systemd reading all units anew", () => {
    expect(enable("one.timer", "known.service", "other.service")).toEqual({
      status: 0,
      enabled: ["one.timer", "other.service"].map((unit) => `systemctl enable --quiet --no-reload ${unit}`),
    });
  });

  it("are left alone where they are enabled: Debian's tools for SysV scripts take a second", () => {
    expect(enable("known.service")).toEqual({ status: 0, enabled: [] });
  });
});
