import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
      steps: z.array(
        z.object({
          name: z.string().optional(),
          run: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
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

  it("that run by a schedule put off its end at each run, each its own", () => {
    const scheduled = [...texts].filter(
      ([, text]) => z.looseObject({ schedule: z.unknown() }).safeParse(onOf(text)).success,
    );
    expect(scheduled.map(([name]) => name)).toEqual(expect.arrayContaining(["copy.yml", "drill.yml"]));
    for (const [name, text] of scheduled) {
      const job = workflow.parse(parse(text)).jobs["keep-alive"];
      expect(job?.permissions, name).toEqual({ actions: "write" });
      expect(job?.steps[0]?.run).toMatch(new RegExp(`^gh api --method PUT .*/workflows/${name}/enable"$`));
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

describe("the step that says what is missing", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "imera-workflow-"));
    writeFileSync(join(folder, "Pulumi.prod.yaml"), "encryptionsalt: v1:x\n");
    writeFileSync(join(folder, "Pulumi.kms.yaml"), "secretsprovider: awskms://alias/imera\n");
    writeFileSync(join(folder, "Pulumi.prod-drill.yaml"), "");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs it as GitHub does; gives what it names. */
  function missing(file: string, environment: Readonly<Record<string, string>>): string[] {
    const { jobs } = workflow.parse(parse(texts.get(file) ?? ""));
    const script = jobs["production"]?.steps.find(({ name }) => name === "Say what is missing")?.run ?? "exit 99";
    const empty = Object.fromEntries([...script.matchAll(/\$\{?([A-Z_]{3,})/g)].map(([, name = ""]) => [name, ""]));
    const { status, stdout } = spawnSync("bash", ["-e", "-c", script], {
      cwd: folder,
      env: { PATH: process.env["PATH"], ...empty, ...environment },
      encoding: "utf8",
    });
    const lines = stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "");
    expect(status, stdout).toBe(lines.length === 0 ? 0 : 1);
    return lines.map((line) => /^::error::missing: the (?:secret|file) (\S+) /.exec(line)?.[1] ?? line);
  }

  const readTokens = { DIGITALOCEAN_TOKEN: "x", CLOUDFLARE_API_TOKEN: "x" };

  it.each([
    [{}, ["Pulumi..yaml", "DIGITALOCEAN_READ_TOKEN", "CLOUDFLARE_READ_TOKEN", "PULUMI_ACCESS_TOKEN"]],
    [{ STACK: "prod", ...readTokens }, ["PULUMI_ACCESS_TOKEN"]],
    [{ STACK: "prod", ...readTokens, PULUMI_ACCESS_TOKEN: "x" }, []],
    [{ STACK: "gone", ...readTokens, PULUMI_ACCESS_TOKEN: "x" }, ["Pulumi.gone.yaml"]],
    [
      { STACK: "prod", ...readTokens, PULUMI_BACKEND_URL: "s3://b" },
      ["PULUMI_CONFIG_PASSPHRASE", "STATE_ACCESS_KEY_ID", "STATE_SECRET_ACCESS_KEY"],
    ],
    [{ STACK: "kms", ...readTokens, PULUMI_BACKEND_URL: "gs://b" }, []],
    [{ STACK: "prod", ...readTokens, PULUMI_BACKEND_URL: "gs://b" }, ["PULUMI_CONFIG_PASSPHRASE"]],
  ])("of preview.yml, with %j, names %j", (environment, names) => {
    expect(missing("preview.yml", environment)).toEqual(names);
  });

  it.each([
    [{ STACK: "gone" }, ["DRILL_PASSPHRASE", "Pulumi.gone.yaml"]],
    [{ STACK: "prod-drill" }, ["DRILL_PASSPHRASE"]],
    [{ STACK: "prod-drill", DRILL_PASSPHRASE: "x" }, []],
  ])("of drill.yml, with %j, names %j", (environment, names) => {
    expect(missing("drill.yml", environment)).toEqual(names);
  });

  it.each([
    [{}, ["COPY_FILE", "COPY_ACCESS_KEY_ID", "COPY_SECRET_ACCESS_KEY"]],
    [{ COPY_FILE: "{}", COPY_SECRET_ACCESS_KEY: "x" }, ["COPY_ACCESS_KEY_ID"]],
    [{ COPY_FILE: "{}", COPY_ACCESS_KEY_ID: "x", COPY_SECRET_ACCESS_KEY: "x" }, []],
  ])("of copy.yml, with %j, names %j", (environment, names) => {
    expect(missing("copy.yml", environment)).toEqual(names);
  });
});

it("no workflow but the preview gets a vendor's token, and the preview gets those that read", () => {
  for (const [name, text] of texts) {
    const used = [...text.matchAll(/secrets\.([A-Z_]+)/g)].map(([, secret = ""]) => secret);
    const vendors = used.filter((secret) => /^(DIGITALOCEAN|CLOUDFLARE|SPACES)_/.test(secret));
    expect(vendors, name).toEqual(name === "preview.yml" ? ["DIGITALOCEAN_READ_TOKEN", "CLOUDFLARE_READ_TOKEN"] : []);
  }
});

it("docs/production.md names every secret and variable that a workflow reads", async () => {
  const page = await readFile(join(repositoryRoot, "docs/production.md"), "utf8");
  for (const text of texts.values()) {
    for (const [, name = ""] of text.matchAll(/(?:secrets|vars)\.([A-Z_]+)/g)) expect(page).toContain(`\`${name}\``);
  }
});

/** Reads what a workflow runs on. */
function onOf(text: string): unknown {
  return z.looseObject({ on: z.unknown() }).parse(parse(text)).on;
}
