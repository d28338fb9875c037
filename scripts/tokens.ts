import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import process from "node:process";
import { parse } from "yaml";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";
import { describeTokens, findTokens } from "./tokens/find-tokens.ts";

await runNetworkCommand(
  networkCommand(
    "npm run tokens",
    "Lists where the vendors' tokens of a stack are: in its file, in this environment, on its nodes. Shows none, and needs no passphrase.",
  ).action(tokens),
);

async function tokens(options: NetworkOptions): Promise<void> {
  const { configFile } = await openStack(options);
  const document = parse(await readFile(configFile, "utf8")) as { config?: Readonly<Record<string, unknown>> } | null;
  const found = findTokens(document?.config ?? {}, process.env);
  process.stdout.write(describeTokens(found, basename(configFile)));
}
