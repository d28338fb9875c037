import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { repositoryRoot } from "../runner/repository.ts";

const folder = join(repositoryRoot, ".github/workflows");
const workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string() }),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: z.record(z.string(), z.string()).optional(),
      "timeout-minutes": z.number(),
      steps: z.array(z.object({ run: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() })),
    }),
  ),
});

let texts: Map<string, string>;
beforeAll(async () => {
  const names = await readdir(folder);
  texts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
});

describe("workflows", () => {
  it("pin each action by commit and name its version", () => {
    for (const [name, text] of texts) {
      for (const [line] of text.matchAll(/^.*\buses:.*$/gm)) {
        expect(line, name).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    }
  });

  it("have no right by default but to read, a time limit, and no two runs of the same at once", () => {
    for (const [name, text] of texts) {
      const { permissions, jobs } = workflow.parse(parse(text));
      expect(
        Object.values(permissions).filter((right) => right !== "read"),
        name,
      ).toEqual([]);
      expect(Object.values(jobs).every((job) => job["timeout-minutes"] <= 60)).toBe(true);
    }
  });

  it("run npm scripts that there are", () => {
    const used = [...texts.values()].flatMap((text) => [...text.matchAll(/npm run (?:--silent )?([\w-]+)/g)]);
    expect(used.length).toBeGreaterThan(0);
    for (const [, script] of used) expect(Object.keys(manifest.scripts)).toContain(script);
  });

  it("never run a fork's code where comments may be written", () => {
    for (const [name, text] of texts) {
      if (!text.includes("workflow_run:") && !text.includes("pull_request_target")) continue;
      expect(text, name).not.toMatch(/pull_request_target|actions\/checkout|npm /);
    }
  });
});
