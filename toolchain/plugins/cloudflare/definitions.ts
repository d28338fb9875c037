import { definitionsFor } from "../protocol/index.ts";
import type { Client } from "./client.ts";

const definitions = definitionsFor<Client>();

/** Defines a resource whose calls are given Cloudflare's client. */
export const defineResource: typeof definitions.defineResource = (definition) => definitions.defineResource(definition);

/** Defines a function whose calls are given Cloudflare's client. */
export const defineFunction: typeof definitions.defineFunction = (definition) => definitions.defineFunction(definition);
