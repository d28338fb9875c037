import type { StubAnswer, StubRequest } from "../protocol/contract/stub-api.ts";

/**
 * The API that the official plugin was recorded against, as far as the recording shows it: it keeps what it is sent and
 * adds fixed ids, times and a token value. It checks nothing; the local Cloudflare has tests of its own.
 */
export function stubCloudflare(): (request: StubRequest) => StubAnswer {
  const kept = new Map<string, Record<string, unknown>>();
  let last = 0;
  return ({ method, path, body }) => {
    const [route = "", query] = path.split("?");
    const fixed = method === "GET" ? fixedAnswer(route, new URLSearchParams(query)) : undefined;
    if (fixed !== undefined) return success(fixed);
    const sent = typeof body === "object" && body !== null ? { ...body } : {};
    if (method === "POST") {
      last += 1;
      const isToken = route.endsWith("/tokens");
      const id = last.toString(16).padStart(32, isToken ? "f" : "0");
      const made = { ...(isToken ? newToken : newRecord(sent)), ...sent, id };
      kept.set(`${route}/${id}`, made);
      return success(isToken ? { ...made, value: tokenValue } : made);
    }
    const found = kept.get(route);
    if (found === undefined) return notFound;
    if (method === "DELETE") kept.delete(route);
    // What it answers to a change is not what it keeps: every recorded change starts from what was created.
    return success(
      method === "PUT" ? { ...found, ...sent } : found["type"] === undefined ? found : withFullName(found),
    );
  };
}

const zoneId = "023e105f4ecef8ad9ca31a8372d0c353";
const recordedAt = "2026-11-22T18:00:00Z";
const tokenValue = "8M7wS6hCpXVc-DoRnPPY_UCWPgy8aea4Wy6kCe5T";
const newToken = { status: "active", issued_on: recordedAt, modified_on: recordedAt };

const notFound: StubAnswer = {
  status: 404,
  body: { success: false, errors: [{ code: 81044, message: "Record does not exist." }], messages: [], result: null },
};

function success(result: unknown): StubAnswer {
  return { status: 200, body: { success: true, errors: [], messages: [], result } };
}

function newRecord({ type, data, priority }: Record<string, unknown>): Record<string, unknown> {
  const parts = typeof data === "object" && data !== null ? (data as Record<string, string | number>) : {};
  const { weight = "", port = "", target = "", flags = "", tag = "", value = "" } = parts;
  const content = type === "SRV" ? `${weight} ${port} ${target}` : type === "CAA" ? `${flags} ${tag} "${value}"` : "";
  return {
    ...(content === "" ? {} : { content }),
    ...(type === "SRV" ? { priority: priority ?? parts["priority"] } : {}),
    proxiable: type === "A" || type === "AAAA" || type === "CNAME",
    settings: type === "CNAME" ? { flatten_cname: false, ipv4_only: false, ipv6_only: false } : {},
    tags: [],
    meta: {},
    created_on: recordedAt,
    modified_on: recordedAt,
  };
}

function withFullName(record: Record<string, unknown>): Record<string, unknown> {
  const name = String(record["name"]);
  return name.endsWith("example.org") ? record : { ...record, name: `${name}.example.org` };
}

function fixedAnswer(route: string, query: URLSearchParams): unknown {
  if (route === `/client/v4/zones/${zoneId}`) return zone;
  if (route === "/client/v4/zones") {
    return query.get("name") === zone.name && (query.get("page") ?? "1") === "1" ? [zone] : [];
  }
  if (route.endsWith("/permission_groups")) {
    return groups.filter(({ name }) => (query.get("name") ?? name) === name);
  }
  return undefined;
}

const groups = [
  { id: "4755a26eedb94da69e1066d98aa820be", name: "DNS Write" },
  { id: "82e64a83756745bbbb1c9c2701bf816b", name: "DNS Read" },
  { id: "c8fed203ed3043cba015a93ad1616f1f", name: "Zone Read" },
].map((group) => ({ ...group, scopes: ["com.cloudflare.api.account.zone"] }));

const zone = {
  id: zoneId,
  name: "example.org",
  account: { id: "01a7362d577a6c3019a474fd6f485823", name: "op" },
  activated_on: "2026-01-01T00:00:00Z",
  created_on: "2026-01-01T00:00:00Z",
  modified_on: "2026-01-01T00:00:00Z",
  development_mode: 0,
  meta: { custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false, step: 2 },
  name_servers: ["a.ns.cloudflare.com", "b.ns.cloudflare.com"],
  original_name_servers: null,
  owner: { type: "user" },
  paused: false,
  permissions: ["#dns_records:edit"],
  plan: {
    can_subscribe: false,
    currency: "USD",
    externally_managed: false,
    frequency: "",
    id: "0f",
    is_subscribed: false,
    legacy_discount: false,
    legacy_id: "free",
    name: "Free Website",
    price: 0,
  },
  status: "active",
  tenant: {},
  tenant_unit: {},
  type: "full",
};
