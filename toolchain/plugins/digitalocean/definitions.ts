import { definitionsFor } from "../protocol/index.ts";
import type { DigitalOcean } from "./client.ts";

/** Ties a resource's or a function's calls to DigitalOcean's API. */
export const { defineFunction, defineResource } = definitionsFor<DigitalOcean>();
