import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localRunVariable } from "../../host/terminal/advice.ts";
import { runningStack } from "../settings/running-stack.ts";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot({ stackOptions: "--stack local --run 6" });
});

/** Programs of a node; the watcher is another machine, which knows its stack by itself. */
const programs = readdirSync(nodeFiles, { recursive: true, encoding: "utf8" })
  .filter(
    (path) => path.startsWith("usr/local/") && !path.includes("/watcher/") && statSync(join(nodeFiles, path)).isFile(),
  )
  // What says what a program is for is for readers of its source.
  .map((path) => ({
    path,
    text: readFileSync(join(nodeFiles, path), "utf8").replaceAll(/"""[^]*?"""|^\s*#.*$/gm, ""),
  }));

/** Ends a step with this advice, where `jq` answers as it does here. */
function failingStep(todo: string, jq: string): string {
  node.fake("jq", jq);
  const source = join(nodeFiles, "usr/local/lib/imera/step.sh");
  const { stderr, status } = spawnSync(
    "bash",
    ["--norc", "-c", 'source "$0"; fail it "that is so" "$1"', source, todo],
    {
      encoding: "utf8",
      env: { PATH: `${node.path}/bin:${process.env["PATH"] ?? ""}` },
    },
  );
  expect(status).toBe(1);
  return stderr;
}

describe("what a node tells an operator to type", () => {
  it("names the stack and the local cloud, from Python", () => {
    const todo = (text: string) => node.python(`print(json.dumps(trouble.Trouble("a", "b", ${text}).todo))`);
    expect(todo(`"run 'pulumi up --refresh', it's needed"`)).toBe(
      "run 'npm run pulumi -- up --refresh --stack local --run 6', it's needed",
    );
    expect(todo(`"'npm run backup -- --now --stack STACK'"`)).toBe("'npm run backup -- --now --stack local --run 6'");
  });

  it.each(["", "{", "[]", "{}", '{"stackOptions": 7}'])(
    "says where the stack's name goes, with facts of %j",
    (facts) => {
      node.write("/etc/imera/node.json", facts);
      expect(node.python(`print(json.dumps(trouble.Trouble("a", "b", "run 'pulumi up'").todo))`)).toBe(
        "run 'npm run pulumi -- up --stack STACK'",
      );
    },
  );

  it("names the stack and the local cloud, from a step", () => {
    expect(failingStep("run 'pulumi up' again", "echo '--stack local --run 6'")).toContain(
      "What to do: run 'npm run pulumi -- up --stack local --run 6' again.",
    );
    expect(failingStep("'npm run status -- --stack STACK'", "echo '--stack a/b&c-d'")).toContain(
      "What to do: 'npm run status -- --stack a/b&c-d'.",
    );
    expect(failingStep("run 'pulumi up'", "exit 1")).toContain("What to do: run 'npm run pulumi -- up --stack STACK'.");
  });

  it.each(programs)("is written so that node/advice.py or step.sh can complete it: $path", ({ text }) => {
    const commands = text.match(/.?\bpulumi (?:--|up|preview|refresh|config|stack|destroy|cancel)\b/g) ?? [];
    for (const command of commands) expect(command, "stand in single quotes").toMatch(/^'pulumi [a-z]/);
    for (const command of text.match(/npm run [a-z]+[^'"]*/g) ?? []) {
      expect(command, "take --stack STACK").toContain("--stack STACK");
    }
  });
});

describe("the stack that the program runs for", () => {
  afterEach(() => {
    Reflect.deleteProperty(process.env, localRunVariable);
  });

  it("is in no local cloud where nobody says so", () => {
    expect(runningStack().runNumber).toBeUndefined();
  });

  it("is in the local cloud whose engine runs it", () => {
    process.env[localRunVariable] = "6";
    expect(runningStack().runNumber).toBe(6);
  });
});
