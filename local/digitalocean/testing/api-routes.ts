import { memoryStore } from "../../emulation/store.ts";
import { addressPlan } from "../../run/address-plan.ts";
import { createDigitalOceanApi } from "../index.ts";
import { createMemoryHypervisor } from "./memory-hypervisor.ts";
import type { Operation } from "./openapi-subset.ts";

/** The routes of the local DigitalOcean API, each as its method and Hono's pattern: `GET /v2/vpcs/:id`. */
export interface ApiRoutes {
  readonly all: readonly string[];
  /** Finds the route that answers an operation of DigitalOcean's document, by the API's own router. */
  answering(operation: Operation): string | undefined;
}

/** Lists the routes of the local DigitalOcean API. */
export function apiRoutes(): ApiRoutes {
  const { app } = createDigitalOceanApi({
    store: memoryStore(),
    hypervisor: createMemoryHypervisor(),
    addressPlan: addressPlan(7),
    token: "",
    log: () => undefined,
  });
  const name = (route: { readonly method: string; readonly path: string }) => `${route.method} ${route.path}`;
  return {
    // What serves all methods is middleware.
    all: app.routes.filter(({ method }) => method !== "ALL").map(name),
    answering: ({ method, template }) => {
      // A number passes for each kind of parameter.
      const [handlers] = app.router.match(method, template.replace(/\{[^}]+\}/g, "1"));
      const route = handlers.map(([[, found]]) => found).find((found) => found.method === method);
      return route && name(route);
    },
  };
}
