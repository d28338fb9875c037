import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { AddressPlan } from "../run/address-plan.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { bearerToken } from "../emulation/bearer.ts";
import type { Log } from "../emulation/log.ts";
import { durable, notImplemented, requestLog } from "../emulation/middleware.ts";
import type { Store } from "../emulation/store.ts";
import { createMetricsMonitor } from "./alerts/metrics.ts";
import { createTell, type PostJson } from "./alerts/tell.ts";
import { createUptimeMonitor, type Probe } from "./alerts/uptime.ts";
import { messageWithCauses } from "../../host/error.ts";
import { createActionRunner } from "./action-runner.ts";
import type { Cloud } from "./cloud.ts";
import { answerError, errorBody, unauthorized, type Env } from "./errors.ts";
import type { SpacesKey } from "./entities.ts";
import { defaultProject } from "./membership.ts";
import { createNetwork } from "./network.ts";
import { rateLimitHeaders } from "./rate-limit.ts";
import { replay } from "./replay.ts";
import { accountRoutes } from "./routes/account.ts";
import { actionRoutes } from "./routes/actions.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { dropletRoutes } from "./routes/droplets.ts";
import { firewallRoutes } from "./routes/firewalls.ts";
import { imageRoutes, snapshotRoutes } from "./routes/images.ts";
import { keyRoutes } from "./routes/keys.ts";
import { monitoringRoutes } from "./routes/monitoring.ts";
import { projectRoutes } from "./routes/projects.ts";
import { reservedIpRoutes } from "./routes/reserved-ips.ts";
import { spacesKeyRoutes } from "./routes/spaces-keys.ts";
import { tagRoutes } from "./routes/tags.ts";
import { uptimeRoutes } from "./routes/uptime.ts";
import { volumeRoutes } from "./routes/volumes.ts";
import { vpcRoutes } from "./routes/vpcs.ts";
import { openState } from "./state.ts";

/** Options of {@link createDigitalOceanApi}. */
export interface DigitalOceanApiOptions {
  /** Keeps all state. */
  readonly store: Store;
  readonly hypervisor: Hypervisor;
  readonly addressPlan: AddressPlan;
  /** The bearer token that is let in. */
  readonly token: string;
  /** A key of Spaces that the account has from the start, with access to all buckets. Default: none. */
  readonly spacesKey?: { readonly accessKey: string; readonly secretKey: string };
  readonly log: Log;
  /** Looks at the targets of uptime checks. @default none answers */
  readonly probe?: Probe;
  /** Posts a message in Slack's form. @default nobody takes one */
  readonly post?: PostJson;
  /** The time now. @default the system's clock */
  readonly clock?: () => Date;
  /** A new UUID, for the ids that are not numbers. @default random */
  readonly uuid?: () => string;
}

/** A local DigitalOcean. */
export interface DigitalOceanApi {
  /** Serve it at the root of a host: paths begin with `/v2`. */
  readonly app: Hono<Env>;
  /**
   * Makes the hypervisor equal to the stored state, then does again the actions that a restart interrupted. To be awaited
   * before the app is served. Rejects with the hypervisor's error.
   */
  replay(): Promise<void>;
  /** Looks at the targets of uptime checks and at droplets' metrics once, and tells of what has lasted. Never rejects. */
  lookAround(): Promise<void>;
  /** The key of Spaces with this id, as it is now. */
  findSpacesKey(accessKey: string): SpacesKey | undefined;
  /** Resolves when no action is under way and the state is on disk. */
  close(): Promise<void>;
}

/** Makes DigitalOcean's API over `hypervisor`. Throws a StoreError when the stored state cannot be read. */
export function createDigitalOceanApi(options: DigitalOceanApiOptions): DigitalOceanApi {
  const { store, hypervisor, log, clock = () => new Date() } = options;
  const state = openState(store);
  const tell = createTell(log, options.post ?? nobody);
  const nowMs = () => clock().getTime();
  const metrics = createMetricsMonitor({ state, hypervisor, tell, nowMs });
  const cloud: Cloud = {
    state,
    store,
    hypervisor,
    plan: options.addressPlan,
    log,
    now: () =>
      clock()
        .toISOString()
        .replace(/\.\d+Z$/, "Z"),
    uuid: options.uuid ?? randomUUID,
    actions: createActionRunner(() => cloud),
    network: createNetwork(state, hypervisor),
    uptime: createUptimeMonitor({ state, probe: options.probe ?? nobody, tell, nowMs }),
  };
  defaultProject(cloud);
  if (options.spacesKey !== undefined) addFirstKey(cloud, options.spacesKey);
  return {
    app: createApp(cloud, options.token, clock),
    replay: () => replay(cloud),
    async lookAround() {
      try {
        await Promise.all([cloud.uptime.look(), metrics.look()]);
      } catch (error) {
        log(`digitalocean FAILED to look around: ${messageWithCauses(error)}`);
      }
    },
    findSpacesKey: (accessKey) => state.spacesKeys.get(accessKey),
    async close() {
      await cloud.actions.idle();
      await store.flush();
    },
  };
}

async function nobody(): Promise<never> {
  return Promise.reject(new Error("nobody answers there"));
}

function addFirstKey({ state, now }: Cloud, key: { readonly accessKey: string; readonly secretKey: string }): void {
  if (state.spacesKeys.get(key.accessKey) !== undefined) return;
  const grants: SpacesKey["grants"] = [{ bucket: "", permission: "fullaccess" }];
  state.spacesKeys.put(key.accessKey, { ...key, name: "operator", grants, createdAt: now() });
}

function createApp(cloud: Cloud, token: string, clock: () => Date): Hono<Env> {
  const { log, uuid } = cloud;
  const app = new Hono<Env>();
  app.use(requestLog("digitalocean", log));
  app.use(rateLimitHeaders(clock));
  app.use(async (c, next) => {
    c.set("requestId", uuid());
    await next();
    c.header("x-request-id", c.var.requestId);
  });
  app.use(async (c, next) => {
    if (bearerToken(c.req.header("authorization")) !== token) throw unauthorized();
    await next();
  });
  app.use(durable(cloud.store));
  app
    .route("/v2/account/keys", keyRoutes(cloud))
    .route("/v2/account", accountRoutes())
    .route("/v2", catalogueRoutes())
    .route("/v2/images", imageRoutes(cloud))
    .route("/v2/snapshots", snapshotRoutes(cloud))
    .route("/v2/actions", actionRoutes(cloud))
    .route("/v2/droplets", dropletRoutes(cloud))
    .route("/v2/volumes", volumeRoutes(cloud))
    .route("/v2/firewalls", firewallRoutes(cloud))
    .route("/v2/reserved_ips", reservedIpRoutes(cloud))
    .route("/v2/vpcs", vpcRoutes(cloud))
    .route("/v2/spaces/keys", spacesKeyRoutes(cloud))
    .route("/v2/uptime/checks", uptimeRoutes(cloud))
    .route("/v2/monitoring/alerts", monitoringRoutes(cloud))
    .route("/v2/tags", tagRoutes(cloud))
    .route("/v2/projects", projectRoutes(cloud));
  app.onError((error, c) => answerError(error, c, log));
  app.notFound(notImplemented("digitalocean", log, (message) => errorBody("not_implemented", message, uuid())));
  return app;
}
