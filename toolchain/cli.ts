import process from "node:process";
import { parseArgs } from "node:util";
import { setUpToolchain, ToolchainError, type ToolchainPart } from "./set-up.ts";

const usage = `Sets up the toolchain and shows what is in use.

npm run toolchain
npm run --silent toolchain -- --json    the same as JSON: [{part, version, origin, path}]
npm run toolchain -- --ask-again        ask Pulumi's download host now, even if it was silent less than a day ago
`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: { json: { type: "boolean" }, "ask-again": { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      return 0;
    }
    const { parts } = await setUpToolchain({ askAgain: values["ask-again"] === true });
    process.stdout.write(values.json === true ? `${JSON.stringify(parts, undefined, 2)}\n` : table(parts));
    return 0;
  } catch (error) {
    if (error instanceof ToolchainError) process.stderr.write(`${error.message}\n`);
    else if (isUsageError(error)) process.stderr.write(`${error.message}\n\n${usage}`);
    else throw error;
    return 1;
  }
}

function table(parts: readonly ToolchainPart[]): string {
  const rows = [
    ["part", "version", "origin", "path"],
    ...parts.map((part) => [part.part, part.version, part.origin, part.path]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}\n`).join("");
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
