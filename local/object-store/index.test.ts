import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect, it, onTestFinished } from "vitest";

import { openLocalCa } from "../acme/local-ca.ts";
import { runNumbered } from "../run/run.ts";
import { storeCertificateNames } from "./hosts.ts";
import { resumeObjectStore, stopObjectStore } from "./outage.ts";
import { sendUnsigned, startTestStore } from "./testing/start-store.ts";

it("is a proxy to nothing else", async () => {
  const { proxyPort, log } = await startTestStore();
  for (const url of ["http://example.org/", "http://spaces.local-cloud.test.example.org/", "/backup"]) {
    const answer = await sendUnsigned(proxyPort, { method: "GET", url });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("serves http:// below spaces.local-cloud.test only");
  }
  expect(log).toContain("spaces proxy REFUSED: GET example.org");
  const nowhere = await sendUnsigned(proxyPort, { method: "GET", url: "http://xyz1.spaces.local-cloud.test/" });
  expect(nowhere).toMatchObject({ status: 400 });
});

it("refuses who does not sign, and writes no signature into its log", async () => {
  const { proxyPort, log } = await startTestStore();
  const url = "http://backup.ams3.spaces.local-cloud.test/a?X-Amz-Signature=abc&versionId=1";
  const answer = await sendUnsigned(proxyPort, { method: "PUT", url, body: "1" });
  expect(answer.status).toBe(400);
  const plain = await sendUnsigned(proxyPort, { method: "PUT", url: url.replace(/\?.*/, ""), body: "1" });
  expect(plain).toMatchObject({ status: 403, body: expect.stringContaining("AccessDenied") as string });
  const odd = { method: "GET", url: "http://ams3.spaces.local-cloud.test/backup/%E0%A4%A" };
  expect((await sendUnsigned(proxyPort, odd)).body).toContain("InvalidURI");
  expect(log[0]).toMatch(/^spaces PUT backup\.ams3\.spaces\.local-cloud\.test\/a\?versionId 400 \d+ ms$/);
});

it("answers 503 while it is stopped, and then as before", async () => {
  const store = await startTestStore();
  await store.send({ method: "PUT", path: "/backup" });
  const described = runNumbered(7);
  const run = { ...described, files: { ...described.files, objects: store.folder } };
  await stopObjectStore(run);
  const answer = await store.send({ method: "GET", path: "/backup" });
  expect(answer).toMatchObject({ status: 503, body: expect.stringContaining("ServiceUnavailable") as string });
  await resumeObjectStore(run);
  expect(await store.send({ method: "GET", path: "/backup" })).toMatchObject({ status: 200 });
});

it("serves all buckets of all regions with the local authority's certificate", async () => {
  const { objects } = await startTestStore();
  const folder = await mkdtemp(join(tmpdir(), "imera-ca-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const authority = await openLocalCa(folder, "Test");
  const certificate = await authority.issue({ names: storeCertificateNames, ipv4: "127.0.0.1" });
  const port = await objects.listenTls("127.0.0.1", 0, certificate);
  const ca = await readFile(authority.certificateFile);
  for (const host of ["ams3", "backup.fra1", "backup.sgp1"]) {
    const servername = `${host}.spaces.local-cloud.test`;
    const body = await new Promise<string>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, servername, headers: { host: servername }, ca, agent: false } as const;
      get(options, (answer) => void text(answer).then(resolve, reject)).on("error", reject);
    });
    expect(body).toContain("<Code>AccessDenied</Code>");
  }
});
