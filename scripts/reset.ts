import { Argument } from "commander";
import process from "node:process";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { writeNewFile } from "./network/new-file.ts";
import { openFirstNode } from "./network/node/program.ts";
import { describeLinks, linksFile } from "./reset/describe-links.ts";
import { daysOf, makeLinks, mostDays, wantedAccounts } from "./reset/make-links.ts";

interface Options extends NetworkOptions {
  readonly imported?: boolean;
  readonly days?: number;
  readonly out?: string;
}

await runNetworkCommand(
  networkCommand(
    "npm run reset",
    "Makes links by which people give their accounts a new password, each once. An earlier link of the same account is void.",
  )
    .addArgument(new Argument("[user...]", "accounts: user parts or whole JIDs"))
    .option("--imported", "all who came by an import without a password, and still have none")
    .option("--days <number>", `how long the links are good, at most ${mostDays}; else 1, with --imported 14`, daysOf)
    .option("--out <file>", "a new CSV file for the links, which only you can read; without it, the terminal")
    .action(reset),
);

async function reset(users: readonly string[], options: Options): Promise<void> {
  const wanted = wantedAccounts(users, options);
  await using opened = await openFirstNode(options);
  if (options.out === undefined) {
    process.stdout.write(`${describeLinks(await makeLinks(opened.session, wanted))}\n`);
    return;
  }
  let made = 0;
  const file = await writeNewFile(options.out, async () => {
    const links = await makeLinks(opened.session, wanted);
    made = links.length;
    return linksFile(links);
  });
  process.stdout.write(
    `${made === 1 ? "1 link is" : `${made} links are`} in ${file}. Remove the file once all is sent.\n`,
  );
}
