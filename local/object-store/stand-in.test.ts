import { expect, it, onTestFinished, vi } from "vitest";

import { digitalOceanProvider } from "../../toolchain/plugins/digitalocean/provider.ts";
import { startPlugin } from "../../toolchain/plugins/protocol/contract/plugin-client.ts";
import { spaces } from "./hosts.ts";
import { fullKey, startTestStore } from "./testing/start-store.ts";

const urn = "urn:pulumi:local::imera::digitalocean:index/spacesBucket:SpacesBucket::backup";

it("the stand-in plugin makes a bucket, finds no drift, and deletes what is in it only when told to", async () => {
  const store = await startTestStore();
  for (const name of ["http_proxy", "no_proxy", "NO_PROXY"]) vi.stubEnv(name, undefined);
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${store.proxyPort}`);
  const plugin = await startPlugin(digitalOceanProvider, {
    apiEndpoint: "http://127.0.0.1:9",
    token: "t",
    spacesEndpoint: `http://{{.Region}}.${spaces.domain}`,
    spacesAccessId: fullKey.accessKey,
    spacesSecretKey: fullKey.secretKey,
  });
  onTestFinished(() => {
    plugin.stop();
    vi.unstubAllEnvs();
  });
  const given = {
    name: "backup",
    region: "ams3",
    acl: "private",
    versioning: { enabled: true },
    lifecycleRules: [
      {
        enabled: true,
        noncurrentVersionExpiration: { days: 30 },
        expiration: { expiredObjectDeleteMarker: true },
        abortIncompleteMultipartUploadDays: 1,
      },
    ],
  };
  const { inputs } = await plugin.check(urn, given);
  const { id, outs } = await plugin.create(urn, inputs);
  const rules = await store.send({ method: "GET", path: "/backup", query: { lifecycle: "" } });
  expect(rules.body).toContain("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>");
  const read = await plugin.read(urn, id, outs, inputs);
  expect(read.outs).toEqual(outs);
  const diff = await plugin.diff(urn, id, { olds: read.outs, oldInputs: read.inputs, news: inputs });
  expect(diff).toMatchObject({ changes: "NONE" });

  for (const body of ["1", "2"]) await store.send({ method: "PUT", path: "/backup/a", body });
  await store.send({ method: "PUT", path: "/backup/b%20%26", body: "1" });
  await store.send({ method: "DELETE", path: "/backup/a" });
  await expect(plugin.delete(urn, id, outs, inputs)).rejects.toThrow(/not empty.*forceDestroy/);
  const news = { ...inputs, forceDestroy: true };
  const updated = await plugin.update(urn, id, { olds: outs, oldInputs: inputs, news });
  await plugin.delete(urn, id, updated, news);
  expect(await store.send({ method: "HEAD", path: "/backup" })).toMatchObject({ status: 404 });
});
