import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { showSteps } from "../../host/terminal/progress.ts";
import { holdStack } from "../network/hold-stack.ts";
import { writeNewFile } from "../network/new-file.ts";
import { openFirstNode } from "../network/node/program.ts";
import type { OpenStackOptions } from "../network/open-stack.ts";
import { linksFile } from "../reset/describe-links.ts";
import { makeLinks, waitingAccounts } from "../reset/make-links.ts";
import { requireBackup } from "./deliver/preconditions.ts";
import { importSource } from "./import-source.ts";
import { existingChoice } from "./plan-import.ts";
import { reportHtml } from "./report/report-html.ts";
import { problemsOf } from "./report/report.ts";
import { reportText } from "./report/report-text.ts";
import { openSource } from "./sources/open-source.ts";

/** Options of `npm run import`, as the command line has them. */
export interface ImportOptions extends OpenStackOptions {
  readonly check?: boolean;
  readonly fromDomain?: string;
  readonly existing: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly resetLinks?: string;
}

/** Import, or check, that came to its end. */
export interface FinishedImport {
  /** Report for a terminal, or for programs. */
  readonly text: string;
  /** What went wrong of it, each in a few words. */
  readonly problems: readonly string[];
}

/** Reads the source at `given` and imports it, or with `check` only says what would come over. Resolves to the report. */
export async function importFrom(given: string, options: ImportOptions): Promise<FinishedImport> {
  const existing = existingChoice(options.existing);
  for (const [option, file] of [
    ["--html", options.html],
    ["--reset-links", options.resetLinks],
  ] as const) {
    if (file === undefined || !existsSync(file)) continue;
    throw new Error(`${option}: ${file} is there already. Name another file. Nothing was imported.`);
  }
  const step = showSteps();
  const file = given.includes("://") ? given : path.resolve(process.env["INIT_CWD"] ?? ".", given);
  using source = await step("source", () => openSource(file, { fromDomain: options.fromDomain }));
  await using opened = await openFirstNode(options);
  const { session, access } = opened;
  await using hold = new AsyncDisposableStack();
  // Whatever replaces the node meanwhile would end this in the middle.
  if (options.check !== true) hold.use(await holdStack(access));
  const beforeWriting = options.check === true ? undefined : () => requireBackup(session, step);
  const { fromDomain } = options;
  const report = await importSource(source, session, { given, fromDomain, existing, beforeWriting, step });
  const { resetLinks } = options;
  if (resetLinks !== undefined && beforeWriting !== undefined) {
    await step("links to set a password", () =>
      writeNewFile(resetLinks, async () => linksFile(await makeLinks(session, waitingAccounts))),
    );
  }
  if (options.html !== undefined) await writeFile(options.html, reportHtml(report), { flag: "wx" });
  const text = options.json === true ? JSON.stringify(report, undefined, 2) : reportText(report);
  return { text, problems: problemsOf(report) };
}
