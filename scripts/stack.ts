import { log } from "@clack/prompts";
import { Command } from "commander";
import { basename, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { runMain } from "../host/terminal/main.ts";
import { userFolder } from "../host/user-folders.ts";
import type { PulumiCli } from "../toolchain/engine/cli.ts";
import { operatorEnvironment } from "../toolchain/engine/environment.ts";
import { projectFolder } from "../toolchain/engine/stack-folder.ts";
import { setUpToolchain } from "../toolchain/set-up.ts";
import { fileOfUser } from "./network/file-of-user.ts";
import { askForAnswers, askForPassphraseFile, askForVendorKeys } from "./stack/ask.ts";
import { newStack } from "./stack/new-stack.ts";
import { drillSteps, nextSteps } from "./stack/next-steps.ts";
import {
  generatePassphrase,
  judgePassphrase,
  noPassphrase,
  passphraseOf,
  type SecretsKey,
} from "./stack/passphrase.ts";
import {
  type Backend,
  findBackend,
  findStack,
  localStack,
  refuseExistingSecrets,
  refuseName,
} from "./stack/preconditions.ts";
import { type Answers, checkAnswers, networkList, questions, vendorKeyNames } from "./stack/questions.ts";

const vendorKeysForm = `{${vendorKeyNames.map((key) => `"${key}": "…"`).join(", ")}}`;

const program = new Command("npm run stack --").description("Makes stacks of this project.");

program
  .command("new")
  .description(
    "Makes a stack: asks what only you know, makes all secrets, and writes both, the secrets encrypted, to Pulumi.NAME.yaml. " +
      "Without a terminal the answers come from the options.",
  )
  .argument("<name>", "name of the stack, such as prod")
  .option("--domain <name>", questions.domain)
  .option("--zone <name>", questions.zone)
  .option("--contact <address>", questions.contact)
  .option("--region <slug>", questions.region)
  .option("--ssh-networks <list>", questions.sshNetworks)
  .option("--secrets-provider <url>", "key management service that encrypts the secrets, such as awskms://alias/imera")
  .option("--generate-passphrase <file>", "writes a new passphrase for the secrets there, unless it is there already")
  .option(
    "--keep-tokens",
    "keeps the vendors' tokens and the Spaces key in the stack's file, instead of taking them from the environment. " +
      `Without a terminal they come as JSON on standard input: ${vendorKeysForm}`,
  )
  .action(createStack);

program
  .command("drill")
  .description(
    "Writes Pulumi.NAME-drill.yaml, which has what drills of the stack need and no more: the key that can only read the backups, " +
      "their passphrase, and the canary's password. It is encrypted with a passphrase of its own.",
  )
  .argument("<name>", "name of a stack that is built, such as prod")
  .option("--generate-passphrase <file>", "where the passphrase of the new file is, or is written")
  .action(createDrillFile);

await runMain("npm run stack", async () => {
  await program.parseAsync();
  return undefined;
});

interface Options {
  readonly domain?: string;
  readonly zone?: string;
  readonly contact?: string;
  readonly region?: string;
  readonly sshNetworks?: string;
  readonly secretsProvider?: string;
  readonly generatePassphrase?: string;
  readonly keepTokens?: boolean;
}

/** What can fail without an answer fails before anything is asked. */
async function createStack(stack: string, options: Options): Promise<void> {
  refuseName(stack);
  refuseExistingSecrets(projectFolder, stack);
  const toolchain = await setUpToolchain();
  const cli = { command: toolchain.pulumi, env: operatorEnvironment(toolchain), projectFolder };
  const backend = await findBackend(cli);
  const exists = await findStack(cli, stack, backend);
  const key = await chooseKey(stack, options, backend);
  const answers = await answer(stack, options);
  await newStack(await withPassphrase(cli, key), { stack, answers, exists, secretsProvider: options.secretsProvider });
  process.stdout.write(`\n${nextSteps({ stack, key, keepsVendorKeys: answers.vendorKeys !== undefined })}`);
}

async function createDrillFile(stack: string, options: Pick<Options, "generatePassphrase">): Promise<void> {
  if (stack === localStack) {
    throw new Error(`A drill of the local network needs no file: npm run drill -- --stack ${stack}`);
  }
  // Only now: what finds stacks loads parts of the local cloud.
  const [{ openStack }, { readSource }] = await Promise.all([
    import("./network/open-stack.ts"),
    import("./drill/source.ts"),
  ]);
  const { drillFile, writeDrillFile } = await import("./drill/drill-file.ts");
  const access = await openStack({ stack });
  const source = await readSource(access);
  const own = `${basename(stack)}-drill`;
  const passphraseFile = fileOfUser(options.generatePassphrase ?? join(userFolder("data"), `${own}.passphrase`));
  await generatePassphrase(passphraseFile);
  const passphrase = passphraseOf({ PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile }) ?? "";
  await writeDrillFile(drillFile(own), source, { toolchain: access.toolchain, stack: own, passphrase });
  process.stdout.write(drillSteps(own, passphraseFile));
}

async function chooseKey(stack: string, options: Options, backend: Backend): Promise<SecretsKey> {
  if (options.secretsProvider !== undefined) return { kind: "service", url: options.secretsProvider };
  if (!backend.wantsPassphrase) return { kind: "backend" };
  if (options.generatePassphrase !== undefined) {
    return { kind: "passphrase file", file: fileOfUser(options.generatePassphrase) };
  }
  const given = passphraseOf(process.env);
  if (given !== undefined) {
    judgePassphrase(given, (line) => process.stderr.write(`${line}\n`));
    return { kind: "passphrase" };
  }
  const proposed = join(userFolder("data"), `${stack}.passphrase`);
  if (!process.stdin.isTTY) throw noPassphrase(proposed);
  return { kind: "passphrase file", file: await askForPassphraseFile(proposed) };
}

async function answer(stack: string, options: Options): Promise<Answers> {
  const { domain, zone, contact, region } = options;
  const networks = options.sshNetworks === undefined ? {} : { sshNetworks: networkList(options.sshNetworks) };
  const given = { domain, zone, contact, region, ...networks };
  const keep = options.keepTokens === true;
  if (!process.stdin.isTTY) return checkAnswers(given, keep ? await vendorKeysFromStdin() : undefined);
  log.info("Checked: you are logged in, and the name is free. Ctrl-C at any question changes nothing.");
  return checkAnswers(await askForAnswers(given), await askForVendorKeys(stack, keep));
}

async function withPassphrase(cli: PulumiCli, key: SecretsKey): Promise<PulumiCli> {
  if (key.kind !== "passphrase file") return cli;
  await generatePassphrase(key.file);
  const env = { ...cli.env, PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: key.file };
  return { ...cli, env };
}

async function vendorKeysFromStdin(): Promise<Record<string, unknown>> {
  try {
    const given: unknown = JSON.parse(await text(process.stdin));
    return typeof given === "object" && given !== null ? { ...given } : {};
  } catch {
    throw new Error(`standard input: expected JSON: ${vendorKeysForm}. Nothing was changed.`);
  }
}
