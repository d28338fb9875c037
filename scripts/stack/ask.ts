import { confirm, isCancel, log, password, select, text } from "@clack/prompts";
import type { z } from "zod";
import type { VendorKeyName } from "../../components/settings/vendor-keys.ts";
import {
  answerForms,
  networkList,
  proposedNetworks,
  questions,
  usualZone,
  vendorKeyForms,
  vendorKeyNames,
  zoneOf,
  type AnswerName,
} from "./questions.ts";

type Given = Readonly<Partial<Record<AnswerName, unknown>>>;

/** Asks on the terminal for each plain answer that is not given. Throws where the operator cancels. */
export async function askForAnswers(given: Given): Promise<Record<string, unknown>> {
  const domain = given.domain ?? (await askForText("domain", answerForms.domain));
  return {
    domain,
    zone: given.zone ?? usualZone(domain) ?? (await askForText("zone", zoneOf(domain), parentOf(domain))),
    contact: given.contact ?? (await askForText("contact", answerForms.contact)),
    region: given.region ?? (await askForText("region", answerForms.region)),
    sshNetworks: given.sshNetworks ?? (await askForNetworks()),
  };
}

/** Asks whether the vendors' keys are to stand in the stack's file, and for each where they are. Throws where the operator cancels. */
export async function askForVendorKeys(stack: string, keep: boolean): Promise<Record<string, string> | undefined> {
  const message =
    `Keep the vendors' tokens and the Spaces key in Pulumi.${stack}.yaml, encrypted? Whoever has that file and what decrypts it, ` +
    "such as a workflow, can then delete droplets and backups. Otherwise they come from the environment.";
  if (!keep && !answered(await confirm({ message, initialValue: false }))) return undefined;
  const keys: Partial<Record<VendorKeyName, string>> = {};
  for (const name of vendorKeyNames) {
    keys[name] = answered(await password({ message: questions[name], validate: problemBy(vendorKeyForms[name]) }));
  }
  return keys;
}

/** Asks where a new passphrase is to be written. Throws where the operator would rather bring one. */
export async function askForPassphraseFile(proposed: string): Promise<string> {
  const choice = await select({
    message: "Nothing is there yet to encrypt the stack's secrets with. What shall it be?",
    options: [
      { value: "generate", label: `a new passphrase, in ${proposed}, which only you can read` },
      { value: "own", label: "a passphrase of mine, or a key management service", hint: "says how" },
    ],
  });
  if (answered(choice) === "generate") return proposed;
  throw new Error(
    "Nothing was changed. Run this again with one of these:\n" +
      "  export PULUMI_CONFIG_PASSPHRASE_FILE=FILE\n" +
      "  --secrets-provider awskms://… (Pulumi's addresses: awskms, azurekeyvault, gcpkms, hashivault)",
  );
}

async function askForText(name: AnswerName, form: z.ZodType, initialValue?: string): Promise<string> {
  return answered(
    await text({
      message: questions[name],
      validate: problemBy(form),
      ...(initialValue === undefined ? {} : { initialValue }),
    }),
  );
}

async function askForNetworks(): Promise<readonly string[]> {
  const proposed = proposedNetworks().join(", ");
  if (proposed !== "") {
    log.info(
      "Filled in: the public addresses of this machine's interfaces. If others reach you by another one, type that.",
    );
  }
  const answer = await text({
    message: questions.sshNetworks,
    initialValue: proposed,
    validate: (value) => problemBy(answerForms.sshNetworks)(networkList(value ?? "")),
  });
  return networkList(answered(answer));
}

/** Zone that a domain below another is probably in: the two last labels. */
function parentOf(domain: unknown): string {
  return String(domain).split(".").slice(-2).join(".");
}

function problemBy(form: z.ZodType) {
  return (value: unknown): string | undefined =>
    form
      .safeParse(value ?? "")
      .error?.issues.map(({ message }) => message)
      .join("; ");
}

function answered<Value>(answer: Value | symbol): Exclude<Value, symbol> {
  if (isCancel(answer)) throw new Error("cancelled; nothing was changed");
  return answer as Exclude<Value, symbol>;
}
