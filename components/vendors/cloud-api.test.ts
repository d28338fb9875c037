import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { cloudflareApi, digitaloceanApi } from "./cloud-api.ts";
import { type Lists, startPagedApi } from "../testing/paged-api.ts";

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index, name: `n${index}` }));

describe("list", () => {
  it.each([1, 2, 7, 50, 200])("reads all pages of DigitalOcean, %d resources each", async (pageSize) => {
    const all = named(101);
    await using api = await startPagedApi({ "/v2/firewalls": all }, { pageSize });
    const cloud = digitaloceanApi(api.digitalocean);
    expect(await cloud.list("firewalls?per_page=200", "firewalls")).toEqual(all);
    expect(api.requests).toHaveLength(Math.ceil(101 / pageSize));
    expect(api.requests.every((request) => request.includes("per_page=200"))).toBe(true);
  });

  it.each([1, 3, 50])("reads all pages of Cloudflare, %d resources each", async (pageSize) => {
    const all = named(101);
    await using api = await startPagedApi({ "/client/v4/user/tokens": all }, { pageSize });
    const cloud = cloudflareApi(api.cloudflare);
    expect(await cloud.list("user/tokens?per_page=50", "result")).toEqual(all);
    expect(api.requests).toHaveLength(Math.ceil(101 / pageSize));
  });

  it("is empty where there is no such list, or nothing in it", async () => {
    await using api = await startPagedApi({ "/v2/tags": [], "/client/v4/user/tokens": [] });
    const [ocean, flare] = [digitaloceanApi(api.digitalocean), cloudflareApi(api.cloudflare)];
    expect(await ocean.list("tags", "tags")).toEqual([]);
    expect(await flare.list("user/tokens", "result")).toEqual([]);
    expect(await flare.list("zones/gone/dns_records", "result")).toEqual([]);
  });

  it("does not follow a link to another host, which would get the token", async () => {
    await using other = await startPagedApi({ "/v2/tags": named(3) });
    await using api = await startPagedApi({ "/v2/tags": named(3) }, { pageSize: 2, linkTo: other.origin });
    const cloud = digitaloceanApi(api.digitalocean);
    await expect(cloud.list("tags", "tags")).rejects.toThrow(`its next page is at ${other.origin}`);
    expect(other.requests).toEqual([]);
  });

  it("takes a refusal that comes with status 200 for one, not for an empty list", async () => {
    const refusal = { success: false, errors: [{ code: 10000, message: "Authentication error" }], result: null };
    await using api = await startPagedApi({}, { single: { "/client/v4/zones": refusal } });
    const listed = cloudflareApi(api.cloudflare).list("zones", "result");
    await expect(listed).rejects.toThrow(/Cloudflare: GET .*zones: 200 .*Authentication error/);
  });

  it("says so where somebody else answers, such as a hotel's page", async () => {
    await using server = createServer((_, response) => response.end("<html>Welcome! Please log in."));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const listed = digitaloceanApi({ token: "t", address }).list("tags", "tags");
    await expect(listed).rejects.toThrow(
      /\/v2\/tags: the answer is no JSON, but begins with "<html>.*Is this the address/,
    );
  });

  it("refuses an answer without the list", async () => {
    const lists: Lists = { "/v2/tags": [] };
    await using api = await startPagedApi(lists);
    const cloud = digitaloceanApi(api.digitalocean);
    await expect(cloud.list("tags", "volumes")).rejects.toThrow('has no list "volumes"');
  });
});
