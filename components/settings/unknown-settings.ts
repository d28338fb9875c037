import { settingsNamespace } from "./names.ts";
import { settingsSchema } from "./schema.ts";
import { secretSettingNames } from "./secrets.ts";

/** Lists the settings that nothing reads, a line each, with the known one that was probably meant. */
export function unknownSettings(names: readonly string[]): string[] {
  return names.filter((name) => !isKnown(name)).map((name) => `${name}: there is no such setting${suggestion(name)}`);
}

/** Settings of the plugins, which take any other without a word. */
const pluginSettings = {
  digitalocean: [
    "token",
    "apiEndpoint",
    "spacesAccessId",
    "spacesSecretKey",
    "spacesEndpoint",
    "httpRetryMax",
    "httpRetryWaitMax",
    "httpRetryWaitMin",
    "requestsPerSecond",
  ],
  cloudflare: ["apiToken", "apiKey", "email", "apiUserServiceKey", "baseUrl", "userAgentOperatorSuffix"],
};

const knownNames = [
  ...[...Object.keys(settingsSchema.shape), ...secretSettingNames].map((name) => `${settingsNamespace}:${name}`),
  ...Object.entries(pluginSettings).flatMap(([plugin, names]) => names.map((name) => `${plugin}:${name}`)),
];

/** `pulumi:` is the engine's own, which looks after it. */
function isKnown(name: string): boolean {
  return knownNames.includes(name) || name.startsWith("pulumi:");
}

function suggestion(name: string): string {
  const nearest = knownNames
    .map((known) => ({ known, distance: distanceBetween(name.toLowerCase(), known.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)[0];
  const key = name.slice(name.indexOf(":") + 1);
  const elsewhere =
    name.startsWith(`${settingsNamespace}:`) && knownNames.find((known) => known.slice(known.indexOf(":") + 1) === key);
  const meant =
    elsewhere || (nearest !== undefined && nearest.distance <= 2 + key.length / 6 ? nearest.known : undefined);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

/** Number of letters to insert, delete, replace, or swap with the next, to make one text of the other (Damerau and Levenshtein). */
function distanceBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= one.length; row++) {
    const line = (rows[row] = [row]);
    for (let column = 1; column <= other.length; column++) {
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      line[column] = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1),
        isSwap ? at(row - 2, column - 2) + 1 : Infinity,
      );
    }
  }
  return at(one.length, other.length);
}
