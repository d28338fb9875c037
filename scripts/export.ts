import { open, rm } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { messageOf } from "../host/error.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
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

/** The file is taken before anything is asked for: one that is there is never overwritten. Resolves to its full path. */
async function writeNewFile(name: string, content: () => Promise<string>): Promise<string> {
  const file = path.resolve(process.env["INIT_CWD"] ?? ".", name);
  const handle = await open(file, "wx", 0o600).catch((error: unknown) => {
    const why = messageOf(error);
    throw new Error(`The file cannot be made: ${why}. Name one that is not there yet, in a folder that is.`);
  });
  try {
    await handle.writeFile(await content());
  } catch (error) {
    await rm(file);
    throw error;
  } finally {
    await handle.close();
  }
  return file;
}
