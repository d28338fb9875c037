import { runtime } from "@pulumi/pulumi";
import { expect, it, onTestFinished } from "vitest";
import { findZone } from "../../components/dns/cloudflare-zone.ts";
import { provider } from "../../toolchain/plugins/cloudflare/provider.ts";
import { startPlugin } from "../../toolchain/plugins/protocol/contract/plugin-client.ts";
import type { RecordedProperties } from "../../toolchain/plugins/protocol/contract/recording.ts";
import { operatorToken, startTestServer, type TestServer } from "./test-server.ts";

/** Starts a local Cloudflare and has a program's look-ups go to it, by the stand-in plugin with this token. */
async function lookUpWith(
  tokenOf: (server: TestServer) => Promise<string> | string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const server = await startTestServer();
  const plugin = await startPlugin(provider, { apiToken: await tokenOf(server), baseUrl: server.url });
  onTestFinished(async () => {
    plugin.stop();
    await server[Symbol.asyncDispose]();
  });
  await runtime.setMocks({
    newResource: ({ id = "", inputs }) => ({ id, state: inputs as Record<string, unknown> }),
    async call({ token, inputs }) {
      const { ret } = await plugin.invoke(token, inputs as RecordedProperties);
      return token.endsWith(":getZone") ? { ...ret, ...changes } : ret;
    },
  });
}

async function limitedToken(server: TestServer, request_ip: { in?: string[]; not_in?: string[] }): Promise<string> {
  const zones = await server.client().zones.list();
  const permissions = await server.client().user.tokens.permissionGroups.list();
  const policies = [
    {
      effect: "allow" as const,
      permission_groups: permissions.result.map(({ id = "" }) => ({ id })),
      resources: Object.fromEntries(
        zones.result.map((zone) => [`com.cloudflare.api.account.zone.${zone.id}`, "*" as const]),
      ),
    },
  ];
  const { value = "" } = await server.client().user.tokens.create({ name: "t", policies, condition: { request_ip } });
  return value;
}

/** Looks the zone up and returns the words of its refusal. */
async function refusalOf(name: string): Promise<string> {
  return findZone(name).then(
    () => "none",
    (error: unknown) => String(error),
  );
}

it("finds the zone and the permission to edit its records", async () => {
  await lookUpWith(() => operatorToken);
  const zone = await findZone("example.org");
  expect(zone.zoneId).toMatch(/^[0-9a-f]{32}$/);
  expect(zone.dnsWritePermissionId).toBe("4755a26eedb94da69e1066d98aa820be");
});

it.each([{ in: ["203.0.113.0/24"] }, { in: ["2001:db8::/64"] }, { not_in: ["127.0.0.0/8"] }])(
  "says that the token's address filter, %j, is what refuses, and from which address",
  async (requestIp) => {
    await lookUpWith((server) => limitedToken(server, requestIp));
    const refusal = await refusalOf("example.org");
    expect(refusal).toContain("from location: 127.0.0.1");
    expect(refusal).toMatch(/its address filter does not admit this machine\. Add the address above to the filter/);
    expect(refusal).not.toContain("imera:zone");
  },
);

it("does not speak of addresses where the token is unknown, or the zone is", async () => {
  await lookUpWith(() => "x".repeat(40));
  const unknownToken = await refusalOf("example.org");
  expect(unknownToken).toContain("9109");
  expect(unknownToken).toMatch(/the token in cloudflare:apiToken is valid/);
  expect(unknownToken).not.toContain("address filter");
  await lookUpWith(() => operatorToken);
  expect(await refusalOf("chat.example.org")).toMatch(/0 found[^]*another name than the domain's goes into imera:zone/);
});

it.each(["pending", "initializing", "moved"])(
  "refuses a zone that is %s, and names its name servers",
  async (status) => {
    await lookUpWith(() => operatorToken, { status });
    const refusal = await refusalOf("example.org");
    expect(refusal).toContain(`the zone example.org is not active but ${status}`);
    expect(refusal).toMatch(/set the name servers \S+ and \S+, and no others/);
  },
);

it("refuses a partial zone, for which others answer", async () => {
  await lookUpWith(() => operatorToken, { type: "partial" });
  expect(await refusalOf("example.org")).toMatch(/the zone example\.org is a partial one .*Make it a full zone/);
});

it.each(["secondary", "internal"])("refuses a zone of the type %s, in which no record is made", async (type) => {
  await lookUpWith(() => operatorToken, { type });
  expect(await refusalOf("example.org")).toMatch(
    new RegExp(`example\\.org is of the type ${type}, .*Make it a full zone`),
  );
});
