import { expect, it } from "vitest";

import { daemonSecrets } from "./daemon-settings.ts";

it("a run keeps its secrets, and gets those that an earlier version did not have", () => {
  const first = daemonSecrets(undefined);
  expect(daemonSecrets(JSON.stringify({ run: 7, zones: [], ...first }))).toEqual(first);
  const earlier = { digitaloceanToken: "d", cloudflareToken: "c", run: 7 };
  const second = daemonSecrets(JSON.stringify(earlier));
  expect(second).toMatchObject({ digitaloceanToken: "d", cloudflareToken: "c" });
  expect(second.spacesAccessKey).toMatch(/^DO00[0-9A-F]{16}$/);
  expect(second.spacesSecretKey).not.toBe(first.spacesSecretKey);
});
