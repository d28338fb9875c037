import {
  fromEnvironment,
  type Environment,
  vendorKeys,
  type VendorKeyName,
} from "../../components/settings/vendor-keys.ts";

/** Token or key for a vendor's API, and every place that this machine has it in: none of them shows its value. */
export interface FoundToken {
  readonly name: VendorKeyName;
  /** Full name of the setting. */
  readonly setting: string;
  /** State of the stack's own file: `encrypted`, `plain text`, or undefined where it has none. */
  readonly inFile: "encrypted" | "plain text" | undefined;
  /** Variable of the environment that has one. Undefined: none has. */
  readonly inEnvironment: string | undefined;
}

/** Finds the tokens for the vendors' APIs in the section `config` of a stack's file, as it is written, and in the environment. */
export function findTokens(config: Readonly<Record<string, unknown>>, environment: Environment): readonly FoundToken[] {
  return Object.entries(vendorKeys).map(([name, { setting, variables }]) => ({
    name: name as VendorKeyName,
    setting,
    inFile: stateOf(config[setting]),
    inEnvironment: variables.find((variable) => fromEnvironment({ variables: [variable] }, environment) !== undefined),
  }));
}

function stateOf(value: unknown): FoundToken["inFile"] {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "object" && "secure" in value ? "encrypted" : "plain text";
}

/** Describes where the tokens are, those among them that the program makes for the nodes, as a text for the terminal. */
export function describeTokens(tokens: readonly FoundToken[], file: string): string {
  const width = Math.max(...tokens.map(({ setting }) => setting.length));
  const kept = tokens.filter(({ inFile }) => inFile !== undefined);
  return [
    "Made by you at the vendors:",
    ...tokens.map((token) => `  ${token.setting.padEnd(width)}  ${describePlaces(token, file)}`),
    "",
    "Made by the program for each node; in Pulumi's state, encrypted, and on the node:",
    "  Cloudflare token that edits this zone's records, from the node's addresses; for root",
    "  Spaces key pair that opens the bucket of the backups; for root and PostgreSQL",
    "",
    ...(kept.length === 0
      ? [`${file} has none of the vendors' tokens.`]
      : [
          `Whoever has ${file} and what decrypts it can act at the vendors.`,
          "To take one out: npm run pulumi -- config rm NAME --stack S; then export it.",
          "Make a new one at the vendor: git remembers the old.",
        ]),
    "",
  ].join("\n");
}

function describePlaces({ inFile, inEnvironment }: FoundToken, file: string): string {
  const places = [
    ...(inFile === undefined ? [] : [`in ${file}, ${inFile === "encrypted" ? inFile : "in PLAIN TEXT"}`]),
    ...(inEnvironment === undefined ? [] : [`in this environment (${inEnvironment})`]),
  ];
  if (places.length === 2) return `${places.join(", and ")}: the file's is used`;
  return places[0] ?? "nowhere that this machine knows of";
}
