import { vendorKeys } from "../../components/settings/vendor-keys.ts";
import type { SecretsKey } from "./passphrase.ts";

/** Stack that was just made, as far as what comes next depends on it. */
export interface MadeStack {
  readonly stack: string;
  readonly key: SecretsKey;
  /** True where the vendors' tokens and keys are in the stack's file. */
  readonly keepsVendorKeys: boolean;
}

/** Says what to keep on paper and what to do next, in commands that work as they stand. */
export function nextSteps({ stack, key, keepsVendorKeys }: MadeStack): string {
  const file = `Pulumi.${stack}.yaml`;
  return [
    `The stack ${stack} is set up. Its settings are in ${file}.`,
    "",
    "Write down on paper, and keep it away from this machine:",
    ...onPaper(key),
    "  the passphrase of all backups, without which nobody can read one:",
    `    npm run --silent pulumi -- config get imera:backupPassphrase --stack ${stack}`,
    "",
    "Then, in each shell that you work on the network in:",
    ...(key.kind === "passphrase file" ? [`  export PULUMI_CONFIG_PASSPHRASE_FILE=${key.file}`] : []),
    ...(keepsVendorKeys
      ? []
      : Object.values(vendorKeys).map(({ variables: [variable] }) => `  read -rs ${variable}; export ${variable}`)),
    ...(keepsVendorKeys && key.kind !== "passphrase file" ? ["  nothing more than you have now"] : []),
    "",
    "And once:",
    `  git add ${file} && git commit -m "Set up the stack ${stack}"`,
    `  npm run pulumi -- preview --stack ${stack}`,
    `  npm run pulumi -- up --stack ${stack}`,
    "",
  ].join("\n");
}

/** Says how a drill's own file is used. */
export function drillSteps(stack: string, passphraseFile: string): string {
  const file = `Pulumi.${stack}.yaml`;
  return [
    `${file} has all that a drill needs. Its passphrase is in`,
    `  ${passphraseFile}`,
    "",
    "A drill on any machine, without the network's passphrase, state and tokens:",
    `  export PULUMI_CONFIG_PASSPHRASE_FILE=${passphraseFile}`,
    `  npm run drill -- --stack ${stack}`,
    "",
    "Each week on GitHub:",
    `  git add ${file} && git commit -m "Let drills run by themselves"`,
    `  gh variable set DRILL_STACK --body ${stack}`,
    `  gh secret set DRILL_PASSPHRASE --env drill < ${passphraseFile}`,
    "",
  ].join("\n");
}

function onPaper(key: SecretsKey): string[] {
  switch (key.kind) {
    case "passphrase file":
      return ["  the passphrase of settings and state, without which neither can be read:", `    cat ${key.file}`];
    case "passphrase":
      return ["  the passphrase of settings and state that is in your environment: without it neither can be read"];
    case "service":
      return [`  how to get at the key ${key.url}: without it neither settings nor state can be read`];
    case "backend":
      return ["  how to log in to Pulumi Cloud: without it neither settings nor state can be read"];
  }
}
