import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const library = join(nodeFiles, "usr/local/lib/imera");

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

/** Answer of a node's program `health`, in which these checks are red. */
function health(...red: readonly string[]): string {
  return JSON.stringify({ serving: red.length === 0, checks: red.map((detail) => ({ name: "a", ok: false, detail })) });
}

/** Runs the step where the node answers so, one after the other, the last for ever; gives what was asked and done. */
function prove(...answers: readonly string[]) {
  node.write("/etc/imera/node.json", JSON.stringify({ domain: "example.org" }));
  node.write("/answers", `${answers.join("\n")}\n`);
  node.write(
    "/step.sh",
    readFileSync(join(library, "step.sh"), "utf8").replaceAll("/etc/imera", `${node.path}/etc/imera`),
  );
  node.write("/steps/none", "");
  copyFileSync(join(library, "steps/90-proof"), node.place("/steps/90-proof"));
  node.fake("systemctl", "");
  node.fake(
    "health",
    `cd ${node.path}; sed -n 1p answers | tee now; [ "$(wc -l <answers)" = 1 ] || sed -i 1d answers; grep -q true now`,
  );
  copyFileSync(node.place("/bin/health"), node.place("/health"));
  const { status, stdout } = spawnSync("bash", [node.place("/steps/90-proof")], {
    encoding: "utf8",
    env: { PATH: `${node.path}/bin:${process.env["PATH"] ?? ""}` },
  });
  const calls = node.calls().trim().split("\n");
  return {
    status,
    stdout,
    asked: calls.filter((call) => call.startsWith("health")).length,
    done: calls.filter((call) => call.startsWith("systemctl")),
  };
}

describe("the proof of a node", () => {
  const ready = "proof: ready for example.org\n";

  it("is one examination where all is well", () => {
    expect(prove(health())).toEqual({ status: 0, stdout: ready, asked: 1, done: [] });
  });

  it("waits for what is not there yet, and leaves the server alone", () => {
    const said = prove(health("no answer: connection refused"), health("no answer"), health());
    expect(said).toEqual({ status: 0, stdout: ready, asked: 3, done: [] });
  });

  it.each(["another certificate than the file", "no TLS on port 5223"])("has the server read its file: %s", (red) => {
    const said = prove(health(red), health(red), health());
    expect(said).toMatchObject({ status: 0, stdout: ready, done: ["systemctl reload ejabberd.service"] });
  });
});
