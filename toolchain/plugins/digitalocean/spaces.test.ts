import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { type StubAnswer, type StubApi, type StubRequest, startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";
import { lifecycleOf, lifecycleXml } from "./spaces-xml.ts";
import { StubSpaces, stubSpaces } from "./testing/stub-spaces.ts";

const urn = "urn:pulumi:dev::imera::digitalocean:index/spacesBucket:SpacesBucket::x";
const bucket = { name: "backup", region: "ams3", acl: "private", forceDestroy: false };

let answer: (request: StubRequest) => StubAnswer;
let api: StubApi;
let plugin: PluginClient | undefined;

beforeEach(async () => {
  const spaces = new StubSpaces();
  answer = (request) => spaces.answer({ host: "", ...request });
  api = await startStubApi((request) => answer(request));
  for (const name of ["http_proxy", "no_proxy", "NO_PROXY", "SPACES_ACCESS_KEY_ID", "SPACES_SECRET_ACCESS_KEY"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HTTP_PROXY", api.url);
});
afterEach(async () => {
  plugin?.stop();
  await api.stop();
  vi.unstubAllEnvs();
});

async function start(spaces: Readonly<Record<string, string>> = stubSpaces) {
  plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: "http://127.0.0.1:9", token: "t", ...spaces });
  return plugin;
}

describe("a request to Spaces", () => {
  it("is signed for S3, with its body", async () => {
    const plugin = await start();
    await plugin.create(urn, { ...bucket, versioning: { enabled: true } });
    const put = api.takeRequests().find(({ path }) => path === "/?versioning=");
    expect(put?.headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=stub\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
    expect(put?.headers["x-amz-content-sha256"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("needs a key of its own", async () => {
    const plugin = await start({ spacesEndpoint: stubSpaces.spacesEndpoint });
    await expect(plugin.create(urn, bucket)).rejects.toThrow(/No key for Spaces.*digitalocean:spacesAccessId/);
    expect(api.takeRequests()).toEqual([]);
  });

  it("does not go to the real Spaces", async () => {
    const plugin = await start({ spacesAccessId: "i", spacesSecretKey: "s" });
    await expect(plugin.create(urn, bucket)).rejects.toThrow(
      /does not talk to the real Spaces.*digitalocean:spacesEndpoint/,
    );
  });

  it("says what a refused key needs", async () => {
    const body = "<Error><Code>InvalidAccessKeyId</Code><Message>No such key.</Message></Error>";
    answer = () => ({ status: 403, body });
    const plugin = await start();
    await expect(plugin.create(urn, bucket)).rejects.toThrow(
      /PUT http:\/\/backup\.ams3\.spaces\.test\/: 403 InvalidAccessKeyId: No such key\. .*spacesSecretKey/,
    );
  });
});

describe("deleting a bucket that is not empty", () => {
  const versions = ["a", "b &amp; c"].map((key) => `<Version><Key>${key}</Key><VersionId>1</VersionId></Version>`);
  const listing = `<ListVersionsResult>${versions.join("")}<DeleteMarker><Key>a</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>`;
  let kept: boolean;

  beforeEach(() => {
    kept = true;
    answer = ({ method, path }) => {
      if (path === "/?uploads=") return { status: 200, body: "<ListMultipartUploadsResult/>" };
      if (path === "/?versions=") return { status: 200, body: kept ? listing : "<ListVersionsResult/>" };
      if (method === "POST") kept = false;
      if (method === "POST") return { status: 200, body: "<DeleteResult/>" };
      return kept ? { status: 409, body: "<Error><Code>BucketNotEmpty</Code></Error>" } : { status: 204 };
    };
  });

  it("is refused without forceDestroy", async () => {
    const plugin = await start();
    await expect(plugin.delete(urn, "backup", bucket, bucket)).rejects.toThrow(
      /not empty, and forceDestroy is not set/,
    );
    expect(api.takeRequests()).toHaveLength(1);
  });

  it("deletes all versions of all objects first with forceDestroy", async () => {
    const plugin = await start();
    await plugin.delete(urn, "backup", { ...bucket, forceDestroy: true }, bucket);
    const requests = api.takeRequests();
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "DELETE /",
      "GET /?versions=",
      "POST /?delete=",
      "DELETE /",
    ]);
    expect(requests[2]?.body).toContain(
      "<Object><Key>b &amp; c</Key><VersionId>1</VersionId></Object><Object><Key>a</Key><VersionId>2</VersionId></Object>",
    );
    expect(requests[2]?.headers["content-md5"]).toMatch(/^[\w+/]{22}==$/);
  });

  it("deletes at most 1000 versions by one request, however many a page lists, and asks for all pages", async () => {
    const many = (from: number, to: number) =>
      Array.from(
        { length: to - from },
        (_, at) => `<Version><Key>k${from + at}</Key><VersionId>1</VersionId></Version>`,
      );
    const pages = [many(0, 2300), many(2300, 2301)];
    answer = ({ method, path, body }) => {
      if (path === "/?versions=") {
        return { status: 200, body: `<ListVersionsResult>${pages[0]?.join("") ?? ""}</ListVersionsResult>` };
      }
      if (method !== "POST") {
        return pages.length > 0 ? { status: 409, body: "<Error><Code>BucketNotEmpty</Code></Error>" } : { status: 204 };
      }
      const deleted = String(body).match(/<Object>/g)?.length ?? 0;
      if (deleted > 1000) return { status: 400, body: "<Error><Code>MalformedXML</Code></Error>" };
      pages[0]?.splice(0, deleted);
      if (pages[0]?.length === 0) pages.shift();
      return { status: 200, body: "<DeleteResult/>" };
    };
    const plugin = await start();
    await plugin.delete(urn, "backup", { ...bucket, forceDestroy: true }, bucket);
    const deletions = api.takeRequests().filter(({ method }) => method === "POST");
    expect(deletions.map(({ body }) => String(body).match(/<Object>/g)?.length)).toEqual([1000, 1000, 300, 1]);
  });

  it("ends unfinished uploads that keep the bucket, whatever their keys", async () => {
    const keys = ["zz//x", "a b+c%2F é!", "n/ü ?&="];
    const open = new Set(keys);
    answer = ({ method, path }) => {
      if (path === "/?versions=") return { status: 200, body: "<ListVersionsResult/>" };
      const listed = [...open].map(
        (key) => `<Upload><Key>${key.replace("&", "&amp;")}</Key><UploadId>u1</UploadId></Upload>`,
      );
      if (path === "/?uploads=") {
        return { status: 200, body: `<ListMultipartUploadsResult>${listed.join("")}</ListMultipartUploadsResult>` };
      }
      const [key = "", query] = path.slice(1).split("?");
      if (method === "DELETE" && query === "uploadId=u1") {
        return { status: open.delete(decodeURIComponent(key)) ? 204 : 404 };
      }
      return open.size > 0 ? { status: 409, body: "<Error><Code>BucketNotEmpty</Code></Error>" } : { status: 204 };
    };
    const plugin = await start();
    await plugin.delete(urn, "backup", { ...bucket, forceDestroy: true }, bucket);
    expect([...open]).toEqual([]);
  });

  it("does not go on for ever where nothing goes away", async () => {
    const whenKept = answer;
    answer = (request) => (request.method === "POST" ? { status: 200, body: "<DeleteResult/>" } : whenKept(request));
    const plugin = await start();
    const deleted = plugin.delete(urn, "backup", { ...bucket, forceDestroy: true }, bucket);
    await expect(deleted).rejects.toThrow(/refused as not empty, and lists nothing that goes away/);
  });

  it("says which object could not be deleted", async () => {
    const whenKept = answer;
    const body =
      "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    answer = (request) => (request.method === "POST" ? { status: 200, body } : whenKept(request));
    const plugin = await start();
    const deleted = plugin.delete(urn, "backup", { ...bucket, forceDestroy: true }, bucket);
    await expect(deleted).rejects.toThrow(/1 objects? of the bucket backup.*a: AccessDenied: no/);
  });

  it("is done when the bucket is gone already", async () => {
    answer = () => ({ status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>" });
    const plugin = await start();
    await expect(plugin.delete(urn, "backup", bucket, bucket)).resolves.toBeUndefined();
  });
});

it("reads rules of a bucket's life cycle as it wrote them", () => {
  const rules = [
    { id: "1", enabled: true, abortIncompleteMultipartUploadDays: 1, noncurrentVersionExpiration: { days: 30 } },
    { id: "2", enabled: false, prefix: "a<b/", expiration: { days: 7 } },
    { id: "3", enabled: true, expiration: { date: "2026-11-22" } },
    { id: "4", enabled: true, expiration: { expiredObjectDeleteMarker: true } },
  ];
  const nothing = { date: "", days: 0, expiredObjectDeleteMarker: false };
  const empty = {
    prefix: "",
    abortIncompleteMultipartUploadDays: 0,
    expiration: null,
    noncurrentVersionExpiration: null,
  };
  expect(lifecycleOf(lifecycleXml(rules))).toEqual(
    rules.map((rule) => ({
      ...empty,
      ...rule,
      ...(rule.expiration === undefined ? {} : { expiration: { ...nothing, ...rule.expiration } }),
    })),
  );
});
