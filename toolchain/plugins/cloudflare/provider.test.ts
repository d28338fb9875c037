import { describe, expect, it } from "vitest";
import { operatorToken, startTestServer } from "../../../local/cloudflare/test-server.ts";
import { startPlugin } from "../protocol/contract/plugin-client.ts";
import { configure, provider } from "./provider.ts";

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
    [{ baseUrl: "http://10.99.1.1/client/v4" }, /There is no API token/],
    [{ baseUrl: "http://10.99.1.1/client/v4", apiToken: "short" }, /40 to 80 characters/],
    [{ baseUrl: "10.99.1.1", apiToken }, /must be a URL/],
  ])("refuses %j", (config, message) => {
    expect(() => configure(config, {})).toThrow(message);
  });
});

describe("what the API refuses", () => {
  const lookUp = async (config: Record<string, string>) => {
    const plugin = await startPlugin(provider, config);
    const args = { filter: { name: "example.org" } };
    return plugin.invoke("cloudflare:index/getZone:getZone", args).finally(() => plugin.stop());
  };

  it("is told in words, with what to look at", async () => {
    await using server = await startTestServer();
    await expect(lookUp({ apiToken, baseUrl: server.url })).rejects.toThrow(
      /answered 403: Invalid access token \(9109\)\. Check cloudflare:apiToken/,
    );
    expect((await lookUp({ apiToken: operatorToken, baseUrl: server.url })).ret).toMatchObject({ name: "example.org" });
  });

  it("says so when nobody answers", async () => {
    const server = await startTestServer();
    await server[Symbol.asyncDispose]();
    await expect(lookUp({ apiToken, baseUrl: server.url })).rejects.toThrow(
      /does not answer\. Check cloudflare:baseUrl.*ECONNREFUSED/s,
    );
  });

  it("names each thing that is wrong with a record", async () => {
    await using server = await startTestServer();
    const { ret } = await lookUp({ apiToken: operatorToken, baseUrl: server.url });
    const plugin = await startPlugin(provider, { apiToken: operatorToken, baseUrl: server.url });
    const urn = "urn:pulumi:dev::imera::cloudflare:index/dnsRecord:DnsRecord::x";
    const inputs = {
      zoneId: ret["zoneId"] ?? "",
      name: "x",
      type: "SRV",
      ttl: 300,
      data: { priority: 1, target: "a.b" },
    };
    await expect(plugin.create(urn, inputs)).rejects.toThrow(/answered 400: .*data\.weight: .*; data\.port: /);
    plugin.stop();
  });
});
