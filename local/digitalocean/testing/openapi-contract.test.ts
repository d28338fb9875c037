import { describe, expect, it } from "vitest";
import { openapiContract } from "./openapi-contract.ts";

const headers = new Headers({ "ratelimit-limit": "1", "ratelimit-remaining": "1", "ratelimit-reset": "1" });
const region = { name: "Frankfurt 1", slug: "fra1", features: [], available: true, sizes: [] };
const volume = { id: "a", name: "data", size_gigabytes: 1, droplet_ids: null, region };
const answer = { method: "GET", path: "/v2/volumes/a", status: 200, body: { volume }, headers };

describe("the contract", () => {
  const check = openapiContract();

  it("lets through what the document allows", () => {
    expect(check(answer)).toEqual([]);
    const error = { id: "unprocessable_entity", message: "no", request_id: "1" };
    expect(check({ ...answer, method: "POST", path: "/v2/droplets", status: 422, body: error })).toEqual([]);
    expect(check({ ...answer, method: "DELETE", status: 204, body: undefined })).toEqual([]);
  });

  it.each([
    ["a wrong type", { body: { volume: { ...volume, size_gigabytes: "1" } } }, "size_gigabytes must be integer"],
    ["null where it is not allowed", { body: { volume: { ...volume, name: null } } }, "name must be string"],
    ["a missing field", { body: { volume: { ...volume, region: { slug: "fra1" } } } }, "required property"],
    ["an unknown field", { body: { volume: { ...volume, colour: "red" } } }, "colour"],
    [
      "an unknown field deep inside",
      { body: { volume: { ...volume, region: { ...region, colour: "red" } } } },
      "colour",
    ],
    ["a bad format", { path: "/v2/droplets/1/actions/1", body: { action: { started_at: "yesterday" } } }, "date-time"],
    ["an unknown status", { status: 203 }, "status 203"],
    ["an unknown path", { path: "/v2/nothing" }, "not in the document"],
    ["a body with 204", { method: "DELETE", status: 204 }, "a body"],
    ["missing headers", { headers: new Headers() }, "ratelimit-limit"],
    ["an error without its envelope", { status: 404, body: { error: "no" } }, "required property"],
  ])("catches %s", (_what, change, problem) => {
    expect(check({ ...answer, ...change }).join("\n")).toContain(problem);
  });
});
