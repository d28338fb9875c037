import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { parse } from "yaml";
import { cachedDocument } from "./openapi-document.ts";

/** DigitalOcean's public OpenAPI document, bundled to one file: the download that its repository `openapi` names. */
const source = "https://api-engineering.nyc3.cdn.digitaloceanspaces.com/spec-ci/DigitalOcean-public.v2.yaml";

/** `npm run contracts`: downloads the document that the tests of the local DigitalOcean API check its answers against. */
await fetchOpenapiDocument();

async function fetchOpenapiDocument(): Promise<void> {
  const answer = await fetch(source).catch((cause: unknown) => {
    throw new Error(`${source} is out of reach. Put a copy at ${cachedDocument}, as JSON.`, { cause });
  });
  if (!answer.ok) throw new Error(`${source} answered ${answer.status}. Put a copy at ${cachedDocument}, as JSON.`);
  const document: unknown = parse(await answer.text());
  await mkdir(dirname(cachedDocument), { recursive: true });
  await writeFile(`${cachedDocument}.new`, JSON.stringify(document));
  await rename(`${cachedDocument}.new`, cachedDocument);
  process.stdout.write(`${cachedDocument}\n`);
}
