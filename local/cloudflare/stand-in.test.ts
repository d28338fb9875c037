import { describe, expect, it } from "vitest";
import { provider } from "../../toolchain/plugins/cloudflare/provider.ts";
import { startPlugin } from "../../toolchain/plugins/protocol/contract/plugin-client.ts";
import { operatorToken, startTestServer } from "./test-server.ts";

const apiToken = "a".repeat(40);

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
