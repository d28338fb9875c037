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
      "GET /?versions=",
      "DELETE /",
    ]);
    expect(requests[2]?.body).toContain(
      "<Object><Key>b &amp; c</Key><VersionId>1</VersionId></Object><Object><Key>a</Key><VersionId>2</VersionId></Object>",
    );
    expect(requests[2]?.headers["content-md5"]).toMatch(/^[\w+/]{22}==$/);
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
