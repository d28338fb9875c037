import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));

/** Makes Node say which files it loads, one `LOADED <url>` a line on standard error. */
const recorder = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  import { writeSync } from "node:fs";
  registerHooks({
    load(url, context, nextLoad) {
      writeSync(2, "LOADED " + url + "\\n");
      return nextLoad(url, context);
    },
  });`)}`;

/** Runs a command as a person does; resolves to its exit code, its words, and the repository's own files that it loaded. */
async function loadsOf(command: string, args: readonly string[]) {
  const result = await execa(process.execPath, ["--import", recorder, `scripts/${command}.ts`, ...args], {
    cwd: repository,
    reject: false,
    stdin: "ignore",
  });
  const lines = result.stderr.split("\n");
  const loaded = lines.flatMap((line) => (line.startsWith("LOADED file:") ? [line.slice("LOADED ".length)] : []));
  return {
    exitCode: result.exitCode,
    said: lines.filter((line) => !line.startsWith("LOADED ")).join("\n"),
    files: loaded
      .map((url) => relative(repository, fileURLToPath(url)))
      .filter((file) => !/^node_modules\//.test(file)),
  };
}

/** The parts that emulate vendors and run machines: of use to a local cloud alone. */
const localCloud = /^local\/(acme|cloudflare|digitalocean|dns|incus|network|object-store|preparation|emulation)\//;

const onNetwork: readonly (readonly [string, readonly string[]])[] = [
  ["backup", []],
  ["restore", ["--to", "2026-11-22T10:00:00Z"]],
  ["rebuild", []],
  ["image", []],
  ["copy", []],
  ["drill", []],
  ["export", ["--user", "romeo"]],
  ["pulumi", ["preview"]],
  ["ssh", []],
  ["status", []],
];

it.each(onNetwork)(
  "%s loads nothing of the local cloud for another stack",
  async (command, args) => {
    const { exitCode, said, files } = await loadsOf(command, [...args, "--stack", "nowhere"]);
    expect(said).toContain("There is no stack nowhere");
    expect(exitCode).toBe(1);
    expect(files).toContain(`scripts/${command}.ts`);
    expect(files.filter((file) => localCloud.test(file))).toEqual([]);
  },
  60_000,
);

it("stack loads nothing of the local cloud", async () => {
  const { exitCode, files } = await loadsOf("stack", ["--help"]);
  expect(exitCode).toBe(0);
  expect(files).toContain("scripts/stack/new-stack.ts");
  expect(files.filter((file) => file.startsWith("local/"))).toEqual([]);
});
