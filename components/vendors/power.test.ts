import { log } from "@pulumi/pulumi";
import { expect, it, onTestFinished, vi } from "vitest";
import type { CloudApi } from "./cloud-api.ts";
import { powerOn } from "./power.ts";

/** An API with one droplet, which is locked for one look, then off until it is switched on. */
function oneDroplet(requests: string[]): CloudApi {
  let [looks, status] = [0, "off"];
  return {
    get: () => Promise.resolve({ droplet: { status, locked: looks++ === 0 } }),
    list: () => Promise.resolve([]),
    post: (path, body) => {
      requests.push(`${path} ${JSON.stringify(body)}`);
      status = "active";
      return Promise.resolve({});
    },
    remove: () => Promise.resolve(),
  };
}

it("switches a droplet on once, when what else is done to it has ended, and says so", async () => {
  const info = vi.spyOn(log, "info").mockResolvedValue();
  onTestFinished(() => {
    info.mockRestore();
  });
  const requests: string[] = [];
  await powerOn(oneDroplet(requests), { id: "7", name: "xmpp1.example.org" });
  expect(requests).toEqual(['droplets/7/actions {"type":"power_on"}']);
  expect(info).toHaveBeenCalledWith(expect.stringContaining("xmpp1.example.org was off and has been switched on"));
});

it("says what to do with one that cannot be switched on", async () => {
  const broken: CloudApi = { ...oneDroplet([]), get: () => Promise.resolve(undefined) };
  await expect(powerOn(broken, { id: "7", name: "xmpp1" })).rejects.toThrow(
    /xmpp1 is off and could not.*npm run rebuild/s,
  );
});
