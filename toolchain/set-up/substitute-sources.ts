import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "./folders.ts";

// What stand-ins and CLI are made from, and the way in which they are. package-lock.json stands for all npm packages.
const sourcePatterns = [
  "host/**/*.ts",
  "toolchain/language-host/**/*.ts",
  "toolchain/plugins/**/*.ts",
  "toolchain/pulumi-cli/go.{mod,sum}",
  "toolchain/set-up/{build-go-program,bundle,pulumi-cli,stand-in}.ts",
  "toolchain/versions.ts",
  "package.json",
  "package-lock.json",
];

/** Lists what this checkout's own build of the CLI and its stand-ins are made of: paths within the repository, sorted. */
export async function substituteSources(): Promise<string[]> {
  const found: string[] = [];
  for await (const source of glob(sourcePatterns, { cwd: repository })) found.push(source);
  return found.filter((source) => !source.endsWith(".test.ts")).toSorted();
}

/** Makes a digest of {@link substituteSources} and their contents: 16 hexadecimal digits. */
export async function digestOfSubstitutes(): Promise<string> {
  const sources = await substituteSources();
  const contents = await Promise.all(sources.map((source) => readFile(path.join(repository, source))));
  const hash = createHash("sha256");
  for (const [index, content] of contents.entries()) {
    hash.update(`${sources[index]} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}
