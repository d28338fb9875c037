import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import { otherProvider } from "./hosts.ts";
import { type Answer, type Order, startTestStore, writerKey } from "./testing/start-store.ts";

const codeOf = (answer: Answer) => /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];
const md5 = (body: string) => ({ "content-md5": createHash("md5").update(body).digest("base64") });
const dayMs = 86_400_000;

/** A bucket `backup` at the other provider, whose objects are locked for 30 days; the clock can be moved. */
async function startLocked(mode = "COMPLIANCE") {
  const clock = { ms: Date.now() };
  const store = await startTestStore({ provider: otherProvider, now: () => new Date(clock.ms) });
  const send = (order: Order) => store.send({ host: "elsewhere-1", region: "elsewhere-1", ...order });
  const withLock = { "x-amz-bucket-object-lock-enabled": "true" };
  expect(await send({ method: "PUT", path: "/backup", headers: withLock })).toMatchObject({ status: 200 });
  const rule = `<Rule><DefaultRetention><Mode>${mode}</Mode><Days>30</Days></DefaultRetention></Rule>`;
  const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`;
  const query = { "object-lock": "" };
  expect(await send({ method: "PUT", path: "/backup", query, body })).toMatchObject({ status: 200 });
  const put = async (content: string) => {
    const stored = await send({ method: "PUT", path: "/backup/a", headers: md5(content), body: content });
    return String(stored.headers["x-amz-version-id"]);
  };
  const remove = (versionId: string, headers = {}) =>
    send({ method: "DELETE", path: "/backup/a", query: { versionId }, headers });
  return { send, put, remove, clock };
}

describe("a bucket with Object Lock", () => {
  it("keeps each version until its retention is over, from every key, and lets a marker be set before it", async () => {
    const { send, put, remove, clock } = await startLocked();
    const versionId = await put("1");
    const { headers } = await send({ method: "HEAD", path: "/backup/a" });
    expect(headers).toMatchObject({ "x-amz-object-lock-mode": "COMPLIANCE" });
    expect(Date.parse(String(headers["x-amz-object-lock-retain-until-date"]))).toBe(clock.ms + 30 * dayMs);
    expect(codeOf(await remove(versionId))).toBe("AccessDenied");
    expect(codeOf(await remove(versionId, { "x-amz-bypass-governance-retention": "true" }))).toBe("AccessDenied");
    const body = `<Delete><Object><Key>a</Key><VersionId>${versionId}</VersionId></Object></Delete>`;
    const several = await send({ method: "POST", path: "/backup", query: { delete: "" }, body });
    expect(several.body).toMatch(/<Error><Key>a<\/Key>.*<Code>AccessDenied<\/Code>/);
    expect(several.body).not.toContain("<Deleted>");
    expect(await send({ method: "DELETE", path: "/backup/a" })).toMatchObject({ status: 204 });
    expect(await send({ method: "GET", path: "/backup/a", query: { versionId } })).toMatchObject({ body: "1" });
    clock.ms += 30 * dayMs;
    expect(await remove(versionId)).toMatchObject({ status: 204 });
    expect(await send({ method: "GET", path: "/backup/a", query: { versionId } })).toMatchObject({ status: 404 });
  });

  it("takes a later end of a version's retention, and no earlier one", async () => {
    const { send, put, remove, clock } = await startLocked();
    const versionId = await put("1");
    const until = (days: number) =>
      send({
        method: "PUT",
        path: "/backup/a",
        query: { retention: "" },
        body: `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${new Date(clock.ms + days * dayMs).toISOString()}</RetainUntilDate></Retention>`,
      });
    expect(codeOf(await until(29))).toBe("AccessDenied");
    expect(await until(60)).toMatchObject({ status: 200 });
    clock.ms += 31 * dayMs;
    expect(codeOf(await remove(versionId))).toBe("AccessDenied");
  });

  it("takes no content without a checksum, is never without versions, and says what it is", async () => {
    const { send } = await startLocked();
    expect(codeOf(await send({ method: "PUT", path: "/backup/a", body: "1" }))).toBe("InvalidRequest");
    const body = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    const suspend = await send({ method: "PUT", path: "/backup", query: { versioning: "" }, body });
    expect(codeOf(suspend)).toBe("InvalidBucketState");
    const told = await send({ method: "GET", path: "/backup", query: { "object-lock": "" }, key: writerKey });
    expect(told.body).toContain("<Mode>COMPLIANCE</Mode><Days>30</Days>");
  });

  it("lets whoever may manage it lift the mode GOVERNANCE, and nobody else", async () => {
    const { put, remove, send } = await startLocked("GOVERNANCE");
    const versionId = await put("1");
    const headers = { "x-amz-bypass-governance-retention": "true" };
    const withWriter = { method: "DELETE", path: "/backup/a", query: { versionId }, headers, key: writerKey };
    expect(codeOf(await send(withWriter))).toBe("AccessDenied");
    expect(codeOf(await remove(versionId))).toBe("AccessDenied");
    expect(await remove(versionId, headers)).toMatchObject({ status: 204 });
  });
});

it("another provider than Spaces wants its own region in the signature; a bucket without Object Lock says so", async () => {
  const { send } = await startLocked();
  const other = await send({ method: "GET", path: "/backup", region: "us-east-1" });
  expect(other).toMatchObject({ status: 400 });
  expect(codeOf(other)).toBe("AuthorizationHeaderMalformed");
  await send({ method: "PUT", path: "/plain" });
  const plain = await send({ method: "GET", path: "/plain", query: { "object-lock": "" } });
  expect(codeOf(plain)).toBe("ObjectLockConfigurationNotFoundError");
  const spaces = await startTestStore();
  const headers = { "x-amz-bucket-object-lock-enabled": "true" };
  expect(await spaces.send({ method: "PUT", path: "/backup", headers })).toMatchObject({ status: 501 });
});
