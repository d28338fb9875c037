import { isCancel, password, text } from "@clack/prompts";
import { Command } from "commander";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runMain } from "../host/terminal/main.ts";
import { setUpToolchain } from "../toolchain/set-up.ts";
import { newStack, refuseExistingSecrets } from "./stack/new-stack.ts";
import {
  answersSchema,
  checkAnswers,
  credentials,
  networkList,
  proposedNetworks,
  questions,
  type Answers,
} from "./stack/questions.ts";

const projectFolder = fileURLToPath(new URL("..", import.meta.url));

const credentialsForm = `{${credentials.map((key) => `"${key}": "…"`).join(", ")}}`;

const program = new Command("npm run stack --").description("Makes stacks of this project.");

program
  .command("new")
  .description(
    "Makes a stack: asks what only you know, makes all secrets, and writes both, the secrets encrypted, to Pulumi.NAME.yaml. " +
      `Without a terminal the answers come from the options, and the credentials as JSON on standard input: ${credentialsForm}.`,
  )
  .argument("<name>", "name of the stack, such as prod")
  .option("--domain <name>", questions.domain)
  .option("--contact <address>", questions.contact)
  .option("--region <slug>", questions.region)
  .option("--ssh-networks <list>", questions.sshNetworks)
  .action(createStack);

await runMain("npm run stack", async () => {
  await program.parseAsync();
  return undefined;
});

interface Options {
  readonly domain?: string;
  readonly contact?: string;
  readonly region?: string;
  readonly sshNetworks?: string;
}

async function createStack(name: string, options: Options): Promise<void> {
  refuseExistingSecrets(projectFolder, name);
  const given = {
    ...options,
    ...(options.sshNetworks === undefined ? {} : { sshNetworks: networkList(options.sshNetworks) }),
  };
  const answers = checkAnswers(
    process.stdin.isTTY ? await ask(given) : { ...given, ...(await credentialsFromStdin()) },
  );
  const { pulumi } = await setUpToolchain();
  // The user's own home where there is one: backends that want a login keep it there.
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  await newStack({ command: pulumi, env, projectFolder }, name, answers);
  process.stdout.write(
    `The stack ${name} is set up; its settings are in Pulumi.${name}.yaml. Next:\n  pulumi up --stack ${name}\n`,
  );
}

async function ask(given: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = { ...given };
  for (const key of ["domain", "contact", "region", "sshNetworks", ...credentials] as const) {
    answers[key] ??= await askOne(key);
  }
  return answers;
}

async function askOne(key: keyof Answers): Promise<unknown> {
  const parse = (value: string | undefined) => (key === "sshNetworks" ? networkList(value ?? "") : (value ?? ""));
  const validate = (value: string | undefined) =>
    answersSchema.shape[key]
      .safeParse(parse(value))
      .error?.issues.map(({ message }) => message)
      .join("; ");
  const answer = credentials.some((credential) => credential === key)
    ? await password({ message: questions[key], validate })
    : await text({
        message: questions[key],
        validate,
        ...(key === "sshNetworks" ? { initialValue: proposedNetworks().join(", ") } : {}),
      });
  if (isCancel(answer)) throw new Error("cancelled; nothing was changed");
  return parse(answer);
}

async function credentialsFromStdin(): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  const input = Buffer.concat(chunks).toString("utf8");
  try {
    const given: unknown = JSON.parse(input);
    return typeof given === "object" && given !== null ? { ...given } : {};
  } catch {
    throw new Error(`standard input: expected JSON: ${credentialsForm}`);
  }
}
