import { expect, it } from "vitest";
import { z } from "zod";
import { type CommittedFile, committedFiles } from "../runner/repository.ts";

/** Programs whose arguments go on to another program, which knows its own. */
const passOn = ["pulumi", "test", "ssh"];

it("every `npm run` in a page is a script that there is, with a subcommand and options that it knows", async () => {
  const files = await committedFiles();
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(textOf(files, "package.json")));
  const commands = files.filter(({ path }) => path.endsWith(".md")).flatMap(documented);
  expect(commands.length).toBeGreaterThan(100);
  const wrong = commands.filter(({ script, args }) => {
    const program = scripts[script]?.split(" ")[2];
    return program === undefined || !takes(sourcesOf(files, program), script, args);
  });
  expect(wrong.map(({ path, script, args }) => `${path}: npm run ${script} -- ${args.join(" ")}`)).toEqual([]);
});

interface Command {
  readonly path: string;
  readonly script: string;
  readonly args: readonly string[];
}

function documented({ path, text }: CommittedFile): Command[] {
  const joined = text.replaceAll("\\\n", " ");
  return [...joined.matchAll(/npm run (?:--silent )?([a-z]+)(?: -- ([^`\n#|<>()]*))?/g)].map(
    ([, script = "", rest = ""]) => ({
      path,
      script,
      args: rest.split(/\s+/).filter((word) => word !== ""),
    }),
  );
}

/** Whether a program's sources declare each option, and, where they declare subcommands, the first word. */
function takes(source: string, script: string, args: readonly string[]): boolean {
  if (passOn.includes(script)) return true;
  const subcommands = [...source.matchAll(/(?:\.command|addCommand)\(\s*"([a-z-]+)/g)].map(([, name]) => name);
  const words = args.filter((word) => /^[a-z][a-z-]*$/.test(word));
  const [first] = args;
  const isKnown =
    subcommands.length === 0 || first === undefined || !words.includes(first) || subcommands.includes(first);
  return isKnown && (args.includes("ssh") || args.filter((word) => /^--[a-z]/.test(word)).every(isOptionOf(source)));
}

function isOptionOf(source: string) {
  return (word: string): boolean => new RegExp(`["\`, ]${word.split("=")[0] ?? ""}[ "\`\\]]`).test(source);
}

/** Text of a program and of the folder of its own name, and of what all commands on a network share. */
function sourcesOf(files: readonly CommittedFile[], program: string): string {
  const own = program.replace(/\.ts$/, "/");
  const shared = ["scripts/network/command-line.ts"];
  return files
    .filter(({ path }) => path === program || shared.includes(path) || (path.startsWith(own) && path.endsWith(".ts")))
    .map(({ text }) => text)
    .join("\n");
}

function textOf(files: readonly CommittedFile[], wanted: string): string {
  return files.find(({ path }) => path === wanted)?.text ?? "";
}
