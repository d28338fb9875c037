import { describe, expect, it } from "vitest";
import { startTestApi, testToken } from "./testing/api.ts";
import { dropletOrder } from "./testing/orders.ts";

describe("the API", () => {
  it.each(["wrong", "", `${testToken}x`])("refuses the token %j", async (token) => {
    const api = await startTestApi();
    expect(await api.request("GET", "/v2/droplets", undefined, token)).toMatchObject({
      status: 401,
      body: { id: "Unauthorized", message: "Unable to authenticate you", request_id: expect.any(String) as string },
    });
  });

  it.each([
    ["GET", "/v2/kubernetes/clusters"],
    ["PATCH", "/v2/droplets/1"],
    ["GET", "/"],
  ])("answers %s %s with a loud 501", async (method, path) => {
    const api = await startTestApi();
    expect(await api.request(method, path)).toMatchObject({ status: 501, body: { id: "not_implemented" } });
    expect(api.log).toContain(`digitalocean NOT IMPLEMENTED: ${method} ${path}`);
  });

  it("answers 400 to what is no JSON", async () => {
    const api = await startTestApi();
    const headers = { authorization: `Bearer ${testToken}` };
    const answer = await fetch(`${api.url}/v2/volumes`, { method: "POST", headers, body: "{" });
    expect([answer.status, await answer.json()]).toMatchObject([400, { id: "bad_request" }]);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("names every problem of a body", async () => {
    const api = await startTestApi();
    const answer = await api.request("POST", "/v2/droplets", { ...dropletOrder, size: 1, tags: [2] });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        message:
          "size: Invalid input: expected string, received number; tags.0: Invalid input: expected string, received number",
      },
    });
  });

  it("tells 404 from other errors", async () => {
    const api = await startTestApi();
    for (const path of [
      "droplets/1",
      "volumes/a",
      "firewalls/a",
      "vpcs/a",
      "reserved_ips/192.0.2.1",
      "projects/a",
      "actions/1",
    ]) {
      expect(await api.request("GET", `/v2/${path}`)).toMatchObject({ status: 404, body: { id: "not_found" } });
    }
  });

  it("logs no user data and no token", async () => {
    const api = await startTestApi();
    await api.request("POST", "/v2/droplets", { ...dropletOrder, user_data: "confidential" });
    await api.settled();
    expect(api.log.join("\n")).toContain("POST /v2/droplets 202");
    expect(api.log.join("\n")).not.toMatch(/confidential|local-token/);
  });
});
