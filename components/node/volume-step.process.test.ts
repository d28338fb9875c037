import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const step = join(nodeFiles, "usr/local/lib/imera/steps/30-volume");
const gib = 1024 ** 3;

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

/** Runs a function of the step, where the kernel gives these sizes of the device, one a question, the last one for ever. */
function run(call: string, ...bytes: readonly number[]) {
  node.write("/sizes", bytes.join("\n"));
  node.fake("jq", "echo /srv/imera");
  node.fake("blockdev", `cd ${node.path}; sed -n 1p sizes; [ "$(sed -n 2p sizes)" = "" ] || sed -i 1d sizes`);
  const result = spawnSync("bash", ["--norc", "-c", `source <(sed "\\$d" "$0"); ${call}`, step], {
    encoding: "utf8",
    env: { PATH: `${node.path}/bin:${process.env["PATH"] ?? ""}` },
  });
  return { ...result, asked: node.calls().match(/blockdev --getsize64 \/dev\/v\n/g)?.length };
}

describe("a volume that has grown", () => {
  const wait = (seconds: number) => `wait_until ${seconds} "the whole volume to appear" is_whole /dev/v 20`;

  it.each([
    ["at once", [20 * gib], 1],
    ["at once where it is larger than asked for", [21 * gib], 1],
    ["as soon as the kernel has seen it", [10 * gib, 20 * gib - 1, 20 * gib], 3],
  ])("is gone on with %s", (_when, bytes, asked) => {
    expect(run(wait(60), ...bytes)).toMatchObject({ stdout: "", stderr: "", status: 0, asked });
  });

  it("is not waited for without end, and the words say what is known and what to do", () => {
    const { stderr, status } = run(wait(1), 10 * gib);
    expect(status).toBe(1);
    expect(stderr).toMatch(/waited 1 s in vain for the whole volume.*10240 MiB of \/dev\/v, 20 GiB.*systemctl reboot/s);
  });

  it("is not taken for whole where the kernel does not say", () => {
    const { stderr, status } = run(`blockdev() { echo "cannot open $2" >&2; return 1; }; ${wait(1)}`, 20 * gib);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot open /dev/v");
  });
});
