import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { pulumiDownloadHost } from "./download-host.ts";

const versions = { cli: "3.1.0", plugins: { digitalocean: "4.1.0", cloudflare: "6.1.0", command: "1.1.0" } };
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it("answers when it has the CLI and every plugin in its version", async () => {
  const asked: string[] = [];
  const origin = await serve((url) => asked.push(url) && 200);
  expect(await pulumiDownloadHost(versions, { origin }).answers()).toBe(true);
  const files = asked.map((url) => /(sdk|plugins)\/.*-v[\d.]+/.exec(url)?.[0]).toSorted();
  expect(files).toEqual([
    "plugins/pulumi-resource-cloudflare-v6.1.0",
    "plugins/pulumi-resource-command-v1.1.0",
    "plugins/pulumi-resource-digitalocean-v4.1.0",
    "sdk/pulumi-v3.1.0",
  ]);
});

it.each([
  ["lacks one plugin", (url: string) => (url.includes("cloudflare") ? 404 : 200)],
  ["stands behind a proxy that refuses", () => 403],
  ["never answers", () => undefined],
])("does not answer when it %s", async (_what, status) => {
  const origin = await serve(status);
  expect(await pulumiDownloadHost(versions, { origin, timeoutMs: 200 }).answers()).toBe(false);
});

it("does not answer when there is none", async () => {
  const origin = await serve(() => 200);
  await new Promise((resolve) => server?.close(resolve));
  expect(await pulumiDownloadHost(versions, { origin }).answers()).toBe(false);
});

/** Answers with a status by URL; without one, not at all. */
async function serve(statusOf: (url: string) => number | undefined): Promise<string> {
  server = createServer((request, response) => {
    const status = statusOf(request.url ?? "");
    if (status !== undefined) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
