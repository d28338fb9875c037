import process from "node:process";
import { parseArgs } from "node:util";
import { runMain } from "../host/terminal/main.ts";
import { textTable } from "../host/terminal/text-table.ts";
import { setUpToolchain, type ToolchainPart } from "./set-up.ts";

const usage = `Sets up the toolchain and shows what is in use.

npm run toolchain
npm run --silent toolchain -- --json    as JSON: [{part, version, origin, path}]
npm run toolchain -- --ask-again        ask Pulumi's download host now, even if it was silent less than a day ago
`;

await runMain("npm run toolchain", async () => {
  const options = readOptions();
  if (options.help === true) process.stdout.write(usage);
  else await showToolchain(options);
  return 0;
});

interface Options {
  readonly json?: boolean;
  readonly "ask-again"?: boolean;
  readonly help?: boolean;
}

function readOptions(): Options {
  try {
    return parseArgs({
      options: { json: { type: "boolean" }, "ask-again": { type: "boolean" }, help: { type: "boolean", short: "h" } },
    }).values;
  } catch (error) {
    throw isUsageError(error) ? new Error(`${error.message}\n\n${usage}`, { cause: error }) : error;
  }
}

async function showToolchain(options: Options): Promise<void> {
  const { parts } = await setUpToolchain({ askAgain: options["ask-again"] === true });
  process.stdout.write(`${options.json === true ? JSON.stringify(parts, undefined, 2) : partsTable(parts)}\n`);
}

function partsTable(parts: readonly ToolchainPart[]): string {
  const rows = parts.map(({ part, version, origin, path }) => [part, version, origin, path]);
  return textTable(["part", "version", "origin", "path"], rows);
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
