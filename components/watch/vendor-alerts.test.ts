import { describe, expect, it } from "vitest";
import { buildNetwork, waitsFor } from "../testing/build-network.ts";
import { resource } from "../testing/mocks.ts";

const told = { "imera:vendorAlerts": '{"emails":["ops@example.org"]}' };
const watched = {
  ...told,
  "imera:alarms": JSON.stringify([{ type: "ntfy", topic: "imera-7f3k" }]),
  "imera:watcher": '{"region":"ams3"}',
};

let built: ReturnType<typeof buildNetwork> | undefined;
const build = () => (built ??= buildNetwork(watched));

describe("DigitalOcean's own eyes", () => {
  it("are none by default, and then no agent is on the droplet", async () => {
    const { askedFor } = await buildNetwork();
    expect(askedFor.filter(({ type }) => /uptime|monitor/.test(type))).toEqual([]);
    expect(resource(askedFor, "imera-xmpp1-droplet").inputs["monitoring"]).toBe(false);
  });

  it("ask the web service from all regions, once it can be reached", async () => {
    const { askedFor, options } = await build();
    expect(resource(askedFor, "imera-alerts-web").inputs).toEqual({
      name: "imera-prod-web",
      type: "https",
      target: "https://upload.example.org/bosh",
      regions: ["eu_west", "se_asia", "us_east", "us_west"],
    });
    expect(await waitsFor(options.get("imera-alerts-web"))).toContain("imera-dns");
  });

  it("tell of an outage after two minutes, and of a certificate two weeks before its end", async () => {
    const { askedFor } = await build();
    const told = { notifications: [{ emails: ["ops@example.org"], slacks: [] }], checkId: "imera-alerts-web-id" };
    expect(resource(askedFor, "imera-alerts-web-down").inputs).toMatchObject({
      ...told,
      type: "down_global",
      period: "2m",
    });
    expect(resource(askedFor, "imera-alerts-certificate").inputs).toMatchObject({
      ...told,
      type: "ssl_expiry",
      threshold: 14,
      comparison: "less_than",
    });
  });

  it("ping the droplet that watches, where there is one", async () => {
    expect(resource((await build()).askedFor, "imera-alerts-watcher").inputs).toMatchObject({
      type: "ping",
      target: "203.0.113.10",
    });
    const { askedFor } = await buildNetwork(told);
    expect(askedFor.filter(({ type }) => type.includes("uptimeCheck")).map(({ name }) => name)).toEqual([
      "imera-alerts-web",
    ]);
  });

  it("look at disk and memory of the tagged droplets, which have the agent", async () => {
    const { askedFor } = await build();
    expect(resource(askedFor, "imera-xmpp1-droplet").inputs["monitoring"]).toBe(true);
    for (const [name, value] of [
      ["disk", 85],
      ["memory", 95],
    ] as const) {
      expect(resource(askedFor, `imera-alerts-${name}`).inputs).toMatchObject({ value, tags: ["imera-prod"] });
    }
  });
});
