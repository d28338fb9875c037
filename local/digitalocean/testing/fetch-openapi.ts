import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { parse } from "yaml";
import { cachedDocument, findOpenapiDocument } from "./openapi-document.ts";

/** DigitalOcean's public OpenAPI document, bundled to one file: the download that its repository `openapi` names. */
const source = "https://api-engineering.nyc3.cdn.digitaloceanspaces.com/spec-ci/DigitalOcean-public.v2.yaml";

/** Downloads the document if there is none. Throws an error that says where to put a copy when that fails. */
export async function ensureOpenapiDocument(): Promise<void> {
  if (findOpenapiDocument() === undefined) await fetchOpenapiDocument();
}

async function fetchOpenapiDocument(): Promise<void> {
  const answer = await fetch(source).catch((cause: unknown) => {
    throw new Error(`${source} is out of reach. Put a copy at ${cachedDocument}, as JSON.`, { cause });
  });
  if (!answer.ok) throw new Error(`${source} answered ${answer.status}. Put a copy at ${cachedDocument}, as JSON.`);
  const document: unknown = parse(await answer.text());
  await mkdir(dirname(cachedDocument), { recursive: true });
  await writeFile(`${cachedDocument}.new`, JSON.stringify(document));
  await rename(`${cachedDocument}.new`, cachedDocument);
}

// `npm run contracts`: the document as it is today, whatever was there.
if (import.meta.main) {
  await fetchOpenapiDocument();
  process.stdout.write(`${cachedDocument}\n`);
}
