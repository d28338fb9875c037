import type { RecordedProperties, RecordedRequest } from "./recording.ts";

type Json = RecordedProperties[string];

/** HTTP request and the status it was answered with, in the form in which two runs are compared. See {@link comparable}. */
export interface ComparableRequest {
  readonly method: string;
  readonly path: string;
  readonly host?: string | undefined;
  readonly acl?: string | undefined;
  readonly body?: Json | undefined;
  readonly status: number;
}

/**
 * Takes out of requests all that may differ: the number of polls, empty values that the API takes as absent (null, "" and
 * empty lists), the order of a query's parts, and that of a list, which in the requests of both vendors' APIs is a set.
 */
export function comparable(
  requests: readonly (Omit<RecordedRequest, "body"> & { body?: unknown })[],
): ComparableRequest[] {
  const seen: ComparableRequest[] = [];
  for (const { method, host, acl, path, body, status } of requests) {
    const kept = withoutEmpty(body);
    const target = { path: sortedQuery(path), ...(host === undefined ? {} : { host }) };
    const sent = { ...(acl === undefined ? {} : { acl }), ...(kept === undefined ? {} : { body: kept }) };
    const request = { method, ...target, ...sent, status };
    const last = seen.at(-1);
    const isPoll = method === "GET" && last?.method === "GET" && last.path === request.path && last.host === host;
    if (isPoll) seen.pop();
    seen.push(request);
  }
  return seen;
}

/** Picks the members of `outs` that `before` does not have, or has with another value. */
export function changedOuts(before: RecordedProperties, outs: RecordedProperties): RecordedProperties {
  const differs = (key: string) => JSON.stringify(before[key]) !== JSON.stringify(outs[key]);
  return Object.fromEntries(Object.entries(outs).filter(([key]) => differs(key)));
}

function withoutEmpty(value: unknown): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(withoutEmpty).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : inOrder(items);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]): [string, Json | undefined] => [key, withoutEmpty(item)]);
    const kept = entries.filter((entry): entry is [string, Json] => entry[1] !== undefined);
    return kept.length === 0 ? undefined : Object.fromEntries(kept.toSorted());
  }
  if (value === "") return undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function inOrder(items: Json[]): Json[] {
  return items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function sortedQuery(path: string): string {
  const [route = "", query] = path.split("?");
  return query === undefined ? route : `${route}?${query.split("&").sort().join("&")}`;
}
