import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { shellWord } from "../../../host/terminal/advice.ts";
import { runProgram, withWayOut } from "./program.ts";
import type { NodeResult, NodeSession } from "./ssh.ts";

function nodeThatSays(result: NodeResult, seen: string[] = []): NodeSession {
  return {
    stack: { stack: "local", runNumber: 6 },
    run: (command) => Promise.resolve(void seen.push(command)).then(() => result),
    forward: () => Promise.reject(new Error("not here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe("runProgram", () => {
  it("quotes its words and resolves to what the program printed", async () => {
    const seen: string[] = [];
    const node = nodeThatSays({ exitCode: 0, stdout: "<xml/>", stderr: "" }, seen);
    expect(await runProgram(node, ["/usr/local/sbin/imera-export", "it's me"])).toBe("<xml/>");
    expect(seen).toEqual(["/usr/local/sbin/imera-export 'it'\\''s me'"]);
  });

  it("fails with the program's last words", async () => {
    const node = nodeThatSays({
      exitCode: 1,
      stdout: "",
      stderr: "imera-backup: the store does not answer. Run 'pulumi up'\n",
    });
    await expect(runProgram(node, ["/usr/local/sbin/imera-backup", "now"])).rejects.toThrow(
      "imera-backup failed on the node (exit code 1):\nimera-backup: the store does not answer. " +
        "Run 'npm run pulumi -- up --stack local --run 6'",
    );
  });

  it.each([
    [2, 2],
    [3, 1],
  ])("ends with the exit code of a refusal: a node's %i becomes %i", async (exitCode, own) => {
    const node = nodeThatSays({ exitCode, stdout: "", stderr: "imera-export: there is no account x@y.z" });
    const failed = runProgram(node, ["/usr/local/sbin/imera-export", "--", "x"]);
    await expect(failed).rejects.toMatchObject({ exitCode: own });
  });

  it("takes the exit codes that it is told mean something else", async () => {
    const node = nodeThatSays({ exitCode: 1, stdout: "{}", stderr: "" });
    expect(await runProgram(node, ["/usr/local/sbin/imera-backup", "status"], { exitCodes: [1] })).toBe("{}");
    const silent = nodeThatSays({ exitCode: 1, stdout: "", stderr: "no store" });
    await expect(runProgram(silent, ["imera-backup", "status"], { exitCodes: [1] })).rejects.toThrow("no store");
  });

  it("says how to bring a node up to date that does not have the program", async () => {
    const node = nodeThatSays({ exitCode: 127, stdout: "", stderr: "sh: not found" });
    await expect(runProgram(node, ["/usr/local/sbin/imera-export", "x"])).rejects.toThrow(
      "npm run pulumi -- up --stack local --run 6",
    );
  });
});

describe("shellWord", () => {
  it.each(["plain", "a b", "$(id)", "it's", "`x`", 'quo"te', "new\nline", "*"])(
    "brings %j through a shell",
    async (word) => {
      const { stdout } = await execa("sh", ["-c", `printf %s ${shellWord(word)}`], { stripFinalNewline: false });
      expect(stdout).toBe(word);
    },
  );
});

it("says how to go on where no node answers, for the network that was asked for", () => {
  const { message } = withWayOut(new Error("SSH to 10.99.6.16: no route."), { stack: "local", runNumber: 6 });
  expect(message).toMatch(/^SSH to 10\.99\.6\.16: no route\.\n.* npm run status -- --stack local --run 6\n/);
  expect(message).toMatch(/gone +npm run rebuild -- --stack local --run 6$/);
});
