import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { messageOf } from "../../host/error.ts";
import { ensureDotsTypes } from "../../scripts/dots-types.ts";
import { longSources, machineNames, shellScripts } from "./committed-text.ts";
import type { Report } from "./grouped-lines.ts";
import { hostToolsPhase } from "./host-tools.ts";
import type { Phase, Tally } from "./phase.ts";
import { pythonFiles, pythonProblems } from "./python-source.ts";
import { pythonTypeProblems } from "./python-types.ts";
import { committedFiles, repositoryRoot } from "./repository.ts";

/** A check that needs nothing running. Each counts as one test. */
interface StaticCheck {
  readonly name: string;
  /** Resolves to what is wrong, one line or block each; throws when the check could not be made. */
  run(): Promise<string[]>;
}

/**
 * Checks of the source that need nothing but npm packages. What an earlier run cached is not looked at again, except by the
 * compiler: lint then misses what a change does to the types in other files. Without a cache everything is looked at.
 */
export const staticChecks: Phase = checksPhase("static checks", [
  nodeTool("types", "typescript/bin/tsc", ["--incremental", "--tsBuildInfoFile", cached("tsc.tsbuildinfo")]),
  nodeTool("lint", "eslint/bin/eslint.js", [
    ...["--cache", "--cache-strategy=content", `--cache-location=${cached("eslint")}`],
    ...["--max-warnings=0", "."],
  ]),
  nodeTool("imports go one way", "dependency-cruiser/bin/dependency-cruiser.mjs", [
    ...["--config", ".dependency-cruiser.js", "--output-type", "err"],
    ...["index.ts", "host", "components", "toolchain", "local", "scripts", "test"],
  ]),
  nodeTool("nothing unused", "knip/bin/knip.js", ["--no-progress", "--treat-config-hints-as-errors"]),
  nodeTool("format", "prettier/bin/prettier.cjs", [
    ...["--cache", "--cache-strategy=content", "--check", "--log-level=warn", "."],
  ]),
  {
    name: "no machine in the text",
    run: async () => machineNames(await committedFiles(), repositoryRoot.replace(/\/$/, "")),
  },
  { name: "Python: lint and format", run: async () => pythonProblems(pythonFiles(await committedFiles())) },
  { name: "file length", run: async () => longSources(await committedFiles()) },
]);

/** Path of a cache in node_modules, from the repository's root. */
function cached(name: string): string {
  return `node_modules/.cache/${name}`;
}

/** Checks by programs from outside npm: shell scripts and workflows. */
export const toolChecks: Phase = checksPhase(
  "shell scripts and workflows",
  [
    {
      name: "shellcheck",
      run: async () => {
        const scripts = shellScripts(await committedFiles());
        return scripts.length === 0
          ? ["no shell script found"]
          : command("shellcheck", ["--external-sources", ...scripts]);
      },
    },
    {
      name: "Python: types",
      run: async () => {
        const files = pythonFiles(await committedFiles()).map(({ path }) => path);
        const ofNode = files.filter((path) => path.startsWith("components/files/"));
        return ofNode.length === 0 ? ["no Python found"] : pythonTypeProblems(ofNode);
      },
    },
    {
      name: "actionlint",
      run: async () => {
        const files = await committedFiles();
        const workflows = files.map(({ path }) => path).filter((path) => path.startsWith(".github/workflows/"));
        if (workflows.length === 0) return ["no workflow found"];
        const paths = workflows.map((path) => join(repositoryRoot, path));
        const args = ["-C", join(repositoryRoot, "test/tools"), "tool", "actionlint", "-no-color", ...paths];
        // An older Go fetches the one that go.mod names, which Debian's does not by itself.
        return command("go", args, { GOTOOLCHAIN: "auto" });
      },
    },
  ],
  [hostToolsPhase.name],
);

function checksPhase(name: string, checks: readonly StaticCheck[], needs: readonly string[] = []): Phase {
  return {
    name,
    needs,
    async run(report): Promise<Tally> {
      ensureDotsTypes();
      const waiting = [...checks];
      const failures: string[] = [];
      const worker = async (): Promise<void> => {
        for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
          const problems = await problemsOf(check, report);
          if (problems.length > 0) failures.push([check.name, ...problems].join("\n"));
        }
      };
      await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
      return { passed: checks.length - failures.length, failed: failures.length, failures };
    },
  };
}

async function problemsOf(check: StaticCheck, report: Report): Promise<string[]> {
  const started = performance.now();
  const problems = await check.run().catch((error: unknown) => [messageOf(error)]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  report(`  ${problems.length === 0 ? "✓" : "✗"} ${check.name} ${seconds} s`);
  for (const problem of problems) report(problem.replace(/^/gm, "    "));
  return problems;
}

function nodeTool(name: string, script: string, args: readonly string[]): StaticCheck {
  return {
    name,
    run: () => command(process.execPath, [join(repositoryRoot, "node_modules", script), ...args]),
  };
}

async function command(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const result = await execa(program, args, { cwd: repositoryRoot, reject: false, all: true, env });
  if (!result.failed) return [];
  return [result.all === "" ? `${program}: ${result.shortMessage ?? "failed"}` : result.all];
}
