import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Path of the part of DigitalOcean's OpenAPI document that tests judge the local API by. */
export const committedDocument = fileURLToPath(
  new URL("../../../test/contracts/digitalocean-openapi.json", import.meta.url),
);

/** Reads the committed part of DigitalOcean's OpenAPI document and parses its JSON. Throws when the file is missing. */
export function loadOpenapiDocument(): unknown {
  return JSON.parse(readFileSync(committedDocument, "utf8"));
}
