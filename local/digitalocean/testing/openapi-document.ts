import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `npm run contracts` puts the document, and one of the places where it is looked for. */
export const cachedDocument = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "imera/contracts/digitalocean-openapi.json",
);

/** Command that gets the document. */
export const downloadCommand = "npm run contracts";

/**
 * Path of DigitalOcean's OpenAPI document: the file that IMERA_DIGITALOCEAN_OPENAPI names, else the one beside the checkout,
 * else the one that was downloaded. Undefined when there is none.
 */
export function findOpenapiDocument(): string | undefined {
  return places().find((path) => existsSync(path));
}

/** The document, parsed. Throws an error that says how to get it when there is none. */
export function loadOpenapiDocument(): unknown {
  const found = findOpenapiDocument();
  if (found === undefined) {
    throw new Error(
      `DigitalOcean's OpenAPI document is not at ${places().join(" or ")}. ` +
        `Download it with: ${downloadCommand}. Or name a copy in IMERA_DIGITALOCEAN_OPENAPI.`,
    );
  }
  return JSON.parse(readFileSync(found, "utf8"));
}

function places(): string[] {
  const named = process.env["IMERA_DIGITALOCEAN_OPENAPI"];
  if (named !== undefined) return [named];
  const beside = fileURLToPath(new URL("../../../../shared/contracts/digitalocean-openapi.json", import.meta.url));
  return [beside, cachedDocument];
}
