import process from "node:process";
import { Argument } from "commander";
import { importFrom, type ImportOptions } from "./import/run-import.ts";
import { networkCommand, runNetworkCommand } from "./network/command-line.ts";

await runNetworkCommand(
  networkCommand(
    "npm run import",
    "Takes over the people and rooms of another server, and says what of them comes over.",
  )
    .addArgument(new Argument("<server>", "server that they come from").choices(["openfire"]))
    .argument("<path>", "its home folder, a dump or the URL of its database, or an export as XML")
    .option("--check", "writes nothing, and says what would come over")
    .option("--from-domain <domain>", "domain of the old server, where the source does not say")
    .option("--existing <what>", "leave, merge or refuse accounts that are there already", "leave")
    .option("--reset-links <file>", "links for those whose passwords do not come over, in a new CSV file")
    .option("--json", "the report for programs")
    .option("--html <file>", "the report as a page, too, in a new file")
    .action(run),
);

async function run(_server: string, path: string, options: ImportOptions): Promise<void> {
  const { text, problems } = await importFrom(path, options);
  process.stdout.write(`${text}\n`);
  if (problems.length === 0) return;
  throw new Error(
    `Not all is on the server as it should be: ${problems.join("; ")}.\n` +
      "The report has the reasons. Run the same command again: what is there already does not come twice.",
  );
}
