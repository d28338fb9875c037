import { definitionsFor } from "../protocol/index.ts";
import type { DigitalOcean } from "./client.ts";

/** Ties a resource's calls to DigitalOcean's API. */
export const { defineResource } = definitionsFor<DigitalOcean>();
