import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { parse } from "yaml";
import { apiRoutes } from "./api-routes.ts";
import { committedDocument } from "./openapi-document.ts";
import { openapiSubset, type Operation } from "./openapi-subset.ts";

/** `npm run contracts -- FILE`: makes the committed part anew from the whole document, a file in YAML or JSON. */
async function main(file: string | undefined): Promise<number> {
  if (file === undefined) {
    process.stderr.write("Which document? npm run contracts -- FILE, as test/contracts/digitalocean-openapi.md says\n");
    return 2;
  }
  const routes = apiRoutes();
  const isImplemented = (operation: Operation) => routes.answering(operation) !== undefined;
  const subset = openapiSubset(parse(await readFile(file, "utf8")), isImplemented);
  await writeFile(committedDocument, `${JSON.stringify(subset, undefined, 1)}\n`);
  process.stdout.write(`${committedDocument}\n`);
  return 0;
}

process.exitCode = await main(process.argv[2]);
