import type { StubAnswer } from "../../protocol/contract/stub-api.ts";
import type { Entity, StubState } from "./stub-state.ts";

/** Answers for uptime checks, their alerts, and alerts on metrics: each is what was sent, with an id. */
export function alertsRoute(state: StubState, method: string, path: readonly string[], body: Entity): StubAnswer {
  const [, id, sub, alertId] = path;
  if (sub === "alerts") {
    return answer(
      state,
      { kind: "uptime-alerts", member: "alert", idField: "id", created: 201 },
      method,
      alertId,
      body,
    );
  }
  return path[0] === "checks"
    ? answer(state, { kind: "uptime-checks", member: "check", idField: "id", created: 201 }, method, id, body)
    : answer(state, { kind: "policies", member: "policy", idField: "uuid", created: 200 }, method, id, body);
}

interface Kind {
  readonly kind: string;
  readonly member: string;
  readonly idField: string;
  readonly created: number;
}

function answer(
  state: StubState,
  { kind, member, idField, created }: Kind,
  method: string,
  id: string | undefined,
  body: Entity,
): StubAnswer {
  const all = state.collection(kind);
  if (id === undefined) {
    const made = { ...body, [idField]: state.nextId };
    all.set(state.nextId, made);
    return { status: created, body: { [member]: made } };
  }
  const found = all.get(id);
  if (found === undefined) return { status: 404, body: { id: "not_found", message: "not found", request_id: "stub" } };
  if (method === "DELETE") return { status: all.delete(id) ? 204 : 404 };
  if (method === "PUT") Object.assign(found, body);
  return { status: 200, body: { [member]: found } };
}
