import { describe, expect, it } from "vitest";
import { configure } from "./provider.ts";

const apiToken = "a".repeat(40);

describe("configuration", () => {
  it.each(["https://api.cloudflare.com/client/v4", "https://API.cloudflare.com./client/v4", "https://cloudflare.com"])(
    "refuses %s and says what to install",
    (baseUrl) => {
      expect(() => configure({ apiToken, baseUrl }, {})).toThrow(/pulumi plugin install resource cloudflare \d/);
    },
  );

  it("refuses to go to Cloudflare because nothing else is set", () => {
    expect(() => configure({ apiToken }, {})).toThrow(/no cloudflare:baseUrl is set/);
  });

  it("takes address and token from configuration first, then from the environment", () => {
    const environment = { CLOUDFLARE_BASE_URL: "http://10.99.1.1:8081/client/v4/", CLOUDFLARE_API_TOKEN: "short" };
    expect(configure({}, environment)).toMatchObject({ baseURL: "http://10.99.1.1:8081/client/v4", apiToken: "short" });
    const baseUrl = "http://10.99.2.1:8081/client/v4";
    expect(configure({ apiToken, baseUrl }, environment)).toMatchObject({ baseURL: baseUrl, apiToken });
  });

  it.each([
    [
      { baseUrl: "http://10.99.1.1/client/v4" },
      /No token.*set CLOUDFLARE_API_TOKEN, or .*npm run pulumi -- config set --secret cloudflare:apiToken --stack STACK/,
    ],
    [{ baseUrl: "http://10.99.1.1/client/v4", apiToken: "short" }, /40 to 80 characters/],
    [{ baseUrl: "10.99.1.1", apiToken }, /must be a URL/],
  ])("refuses %j", (config, message) => {
    expect(() => configure(config, {})).toThrow(message);
  });
});
