import process from "node:process";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { writeNewFile } from "./network/new-file.ts";
import { openFirstNode, runProgram } from "./network/node/program.ts";

interface Options extends NetworkOptions {
  readonly user: string;
  readonly out?: string;
}

await runNetworkCommand(
  networkCommand(
    "npm run export",
    "Writes all that the network keeps of one account, as XML that other servers can import (XEP-0227).",
  )
    .requiredOption(
      "--user <name>",
      "the account: user part or whole JID, in any spelling that the server takes for it",
    )
    .option("--out <file>", "a new file for it, which only you can read; without it, standard output")
    .action(exportAccount),
);

async function exportAccount(options: Options): Promise<void> {
  await using opened = await openFirstNode(options);
  const read = async () => {
    const leftOut: string[] = [];
    const onStderrLine = (line: string) => leftOut.push(line);
    const xml = await runProgram(opened.session, ["/usr/local/sbin/imera-export", "--", options.user], {
      onStderrLine,
    });
    for (const line of leftOut) process.stderr.write(`${line}\n`);
    return xml;
  };
  if (options.out === undefined) process.stdout.write(await read());
  else process.stderr.write(`The account ${options.user} is in ${await writeNewFile(options.out, read)}\n`);
}
