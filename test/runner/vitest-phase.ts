import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import type { Report } from "./grouped-lines.ts";
import { inOwnTemporaryFolder } from "./own-temporary-folder.ts";
import type { Phase, Tally } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";
import { runReported } from "./run-reported.ts";

/** Name, vitest project and conditions of a phase that runs tests by vitest. */
export interface VitestPhaseOptions {
  readonly name: string;
  /** Name of the project in vitest.config.ts. */
  readonly project: string;
  /** Only files whose path contains one of these. */
  readonly files?: readonly string[];
  readonly needs?: readonly string[];
  readonly lane?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A phase that runs one project of vitest.config.ts; its output is reported, its counts come from the JSON reporter. */
export function vitestPhase(options: VitestPhaseOptions): Phase {
  return {
    name: options.name,
    needs: options.needs ?? [],
    ...(options.lane === undefined ? {} : { lane: options.lane }),
    run: (report) =>
      // Programs that these tests kill cannot tidy up.
      inOwnTemporaryFolder({ report, mayLeaveFiles: options.project === "network" }, async ({ own, temporary }) => {
        const reportFile = join(own, "report.json");
        const environment = { ...options.environment, TMPDIR: temporary };
        const exitCode = await runVitest({ ...options, environment }, reportFile, report);
        return tallyOf(JSON.parse(await readFile(reportFile, "utf8")), exitCode);
      }),
  };
}

/**
 * Counts a report of vitest's JSON reporter. A file that could not be loaded has no tests, and counts as one failure; so does
 * an error outside of any test, which only vitest's exit code tells.
 */
export function tallyOf(report: unknown, exitCode: 0 | 1): Tally {
  const { testResults } = reportSchema.parse(report);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(repositoryRoot, name);
    const failed = assertionResults
      .filter((test) => test.status !== "passed")
      .map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages.join("\n")}`);
    return failed.length === 0 && status !== "passed" ? [`${file}\n${message}`] : failed;
  });
  const passed = testResults.flatMap((file) => file.assertionResults).filter((test) => test.status === "passed").length;
  if (failures.length === 0 && exitCode !== 0) failures.push("an error outside of any test: see the phase's own lines");
  return { passed, failed: failures.length, failures: failures.map((failure) => stripVTControlCharacters(failure)) };
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).default([]) }),
      ),
    }),
  ),
});

/** Resolves to vitest's exit code: 1 where anything failed. */
async function runVitest(options: VitestPhaseOptions, reportFile: string, report: Report): Promise<0 | 1> {
  const { exitCode, sentence } = await runReported(report, {
    file: process.execPath,
    args: [
      join(repositoryRoot, "node_modules/vitest/vitest.mjs"),
      "run",
      "--project",
      options.project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${reportFile}`,
      ...(options.files ?? []),
    ],
    environment: options.environment ?? {},
  });
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`vitest --project ${options.project}: ${sentence}`);
  return exitCode;
}
