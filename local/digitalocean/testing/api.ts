import { onTestFinished } from "vitest";
import { createApi, type Api } from "../../../toolchain/plugins/digitalocean/api.ts";
import { addressPlan } from "../../run/address-plan.ts";
import { startHttpServer } from "../../emulation/server.ts";
import { memoryStore, type Store } from "../../emulation/store.ts";
import type { PostJson } from "../alerts/tell.ts";
import type { Probe } from "../alerts/uptime.ts";
import { createDigitalOceanApi } from "../index.ts";
import { createMemoryHypervisor, type MemoryHypervisor } from "./memory-hypervisor.ts";
import { openapiContract } from "./openapi-contract.ts";

/** A served API over a hypervisor in memory. Every answer is checked against DigitalOcean's document. */
export interface TestApi {
  /** DigitalOcean's own client. */
  readonly client: Api;
  readonly hypervisor: MemoryHypervisor;
  readonly log: string[];
  readonly url: string;
  /** Has DigitalOcean look at the targets of its checks, and at droplets' metrics. */
  lookAround(): Promise<void>;
  /** A request without the vendor's client; gives status and parsed body. */
  request(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: unknown }>;
  /** Resolves when no action is under way. */
  settled(): Promise<void>;
}

/** The token that a {@link TestApi} lets in. */
export const testToken = "local-token";

// Once for all tests: the document is read and compiled.
const check = openapiContract();

/** Starts an API for one test, on a free port; ends it, and fails the test for answers that break the contract, after it. */
export async function startTestApi(
  options: {
    readonly store?: Store;
    readonly hypervisor?: MemoryHypervisor;
    readonly probe?: Probe;
    readonly post?: PostJson;
    readonly clock?: () => Date;
  } = {},
): Promise<TestApi> {
  const { store = memoryStore(), hypervisor = createMemoryHypervisor(), ...outside } = options;
  const log: string[] = [];
  let numbers = 0;
  const api = createDigitalOceanApi({
    store,
    hypervisor,
    addressPlan: addressPlan(7),
    token: testToken,
    log: (line) => log.push(line),
    clock: () => new Date(Date.UTC(2026, 10, 22) + numbers * 1000),
    ...outside,
    uuid: () => `00000000-0000-4000-8000-${String(++numbers).padStart(12, "0")}`,
  });
  await api.replay();
  const problems: string[] = [];
  const checkOrExplain: typeof check = (given) => {
    try {
      return check(given);
    } catch (error) {
      return [`cannot be checked: ${String(error)}`];
    }
  };
  const fetchChecked = async (request: Request) => {
    const answer = await api.app.fetch(request);
    const text = await answer.clone().text();
    const { pathname: path } = new URL(request.url);
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const found = checkOrExplain({
      method: request.method,
      path,
      status: answer.status,
      body,
      headers: answer.headers,
    });
    problems.push(...found.map((problem) => `${request.method} ${path} ${answer.status}: ${problem}`));
    return answer;
  };
  const server = await startHttpServer({ app: { fetch: fetchChecked }, hostname: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    hypervisor.release();
    await server.close();
    await api.close();
    if (problems.length > 0) {
      throw new Error(`answers that DigitalOcean's document does not allow:\n${problems.join("\n")}`);
    }
  });
  return {
    client: createApi(server.url, authorized),
    hypervisor,
    log,
    url: server.url,
    lookAround: () => api.lookAround(),
    request: (method, path, body, token = testToken) => send(server.url + path, method, body, token),
    settled: () => api.close(),
  };
}

const authorized: typeof fetch = (url, init) => {
  const headers = new Headers(init?.headers);
  headers.set("authorization", `Bearer ${testToken}`);
  return fetch(url, { ...init, headers });
};

async function send(url: string, method: string, body: unknown, token: string) {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}
