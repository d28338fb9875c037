import { describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { createMemoryHypervisor } from "./testing/memory-hypervisor.ts";
import { createDroplet } from "./testing/orders.ts";

const check = {
  name: "web",
  type: "https",
  target: "https://chat.example/",
  regions: ["eu_west", "us_east"],
  enabled: true,
};
const told = { email: ["op@example.org"], slack: [{ channel: "#alarms", url: "https://hooks.example/secret" }] };
const down = { name: "web is down", type: "down_global", period: "2m", notifications: told };

/** DigitalOcean with a target that can be taken down, and Slack that remembers. */
async function start() {
  const target = { isUp: true, latencyMs: 20, certificateDays: 90 };
  const posted: { url: string; text: string }[] = [];
  let nowMs = Date.UTC(2026, 10, 22);
  const hypervisor = createMemoryHypervisor();
  const api = await startTestApi({
    hypervisor,
    clock: () => new Date(nowMs),
    probe: () =>
      target.isUp
        ? Promise.resolve({
            latencyMs: target.latencyMs,
            certificateEndsMs: nowMs + target.certificateDays * 86_400_000,
            detail: "HTTP status 200",
          })
        : Promise.reject(new Error("connection refused")),
    post: (url, body) => {
      posted.push({ url, text: String(Reflect.get(body, "text")) });
      return Promise.resolve();
    },
  });
  const passMinutes = async (minutes: number) => {
    for (let passed = 0; passed < minutes * 2; passed++) {
      nowMs += 30_000;
      await api.lookAround();
    }
  };
  return { api, hypervisor, target, posted, passMinutes, texts: () => posted.map(({ text }) => text) };
}

async function make(api: TestApi, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await api.request("POST", path, body);
  expect([path, answer.status, answer.body]).toEqual([path, expect.toBeOneOf([200, 201]), expect.any(Object)]);
  return Object.values(answer.body as object)[0] as Record<string, unknown>;
}

describe("uptime checks", () => {
  it("look, tell once when it has been down for the alert's period, and once when it is up again", async () => {
    const { api, target, posted, texts, passMinutes } = await start();
    const { id } = await make(api, "/v2/uptime/checks", check);
    await make(api, `/v2/uptime/checks/${String(id)}/alerts`, down);
    await passMinutes(5);
    expect(posted).toEqual([]);
    target.isUp = false;
    await passMinutes(2);
    expect(posted).toEqual([]);
    await passMinutes(3);
    expect(posted).toEqual([
      {
        url: "https://hooks.example/secret",
        text: "Alert: web is down (down_global): https://chat.example/: connection refused",
      },
    ]);
    target.isUp = true;
    await passMinutes(3);
    expect(texts().slice(1)).toEqual(["Resolved: web is down (down_global): https://chat.example/"]);
    expect(api.log.join("\n")).toContain("MAIL to op@example.org: Alert: web is down");
    expect(api.log.join("\n")).not.toContain("secret");
  });

  it("says what each region saw, and how long the last outage was", async () => {
    const { api, target, passMinutes } = await start();
    const { id } = await make(api, "/v2/uptime/checks", check);
    const state = async () => (await api.request("GET", `/v2/uptime/checks/${String(id)}/state`)).body;
    expect(await state()).toMatchObject({ state: { regions: { eu_west: { status: "CHECKING" } } } });
    await passMinutes(1);
    target.isUp = false;
    await passMinutes(1);
    expect(await state()).toMatchObject({ state: { regions: { us_east: { status: "DOWN" } } } });
    target.isUp = true;
    await passMinutes(1);
    expect(await state()).toMatchObject({
      state: { regions: { eu_west: { status: "UP" } }, previous_outage: { duration_seconds: 60 } },
    });
  });

  it("tells of a slow answer, and of a certificate that ends", async () => {
    const { api, target, texts, passMinutes } = await start();
    const { id } = await make(api, "/v2/uptime/checks", check);
    const alerts = `/v2/uptime/checks/${String(id)}/alerts`;
    await make(api, alerts, { ...down, name: "slow", type: "latency", threshold: 500, comparison: "greater_than" });
    await make(api, alerts, { ...down, name: "ends", type: "ssl_expiry", threshold: 14, comparison: "less_than" });
    await passMinutes(4);
    target.latencyMs = 800;
    target.certificateDays = 13;
    await passMinutes(4);
    expect(texts().map((text) => text.split(" (")[0])).toEqual(["Alert: slow", "Alert: ends"]);
  });

  it("forgets the alerts of a check that is deleted, and looks at none that is off", async () => {
    const { api, target, posted, passMinutes } = await start();
    const { id } = await make(api, "/v2/uptime/checks", { ...check, enabled: false });
    const alerts = `/v2/uptime/checks/${String(id)}/alerts`;
    await make(api, alerts, down);
    target.isUp = false;
    await passMinutes(4);
    expect(posted).toEqual([]);
    expect((await api.request("DELETE", `/v2/uptime/checks/${String(id)}`)).status).toBe(204);
    expect((await api.request("GET", `/v2/uptime/checks/${String(id)}`)).status).toBe(404);
    expect((await api.request("GET", alerts)).body).toMatchObject({ alerts: [] });
  });

  it.each([
    ["a period below two minutes", { ...down, period: "1m" }, "period"],
    ["nobody to tell", { ...down, notifications: { email: null, slack: null } }, "notification"],
    ["a threshold that is missing", { ...down, type: "latency" }, "threshold and comparison"],
  ])("refuse %s", async (_what, alert, words) => {
    const { api } = await start();
    const { id } = await make(api, "/v2/uptime/checks", check);
    const answer = await api.request("POST", `/v2/uptime/checks/${String(id)}/alerts`, alert);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(words);
  });
});

describe("alerts on metrics", () => {
  const full = {
    description: "disk is full",
    type: "v1/insights/droplet/disk_utilization_percent",
    compare: "GreaterThan",
    value: 85,
    window: "5m",
    enabled: true,
    entities: [],
    tags: ["imera"],
    alerts: told,
  };

  it("tell of a droplet that is measured, by its tag, once its window has passed", async () => {
    const { api, hypervisor, posted, texts, passMinutes } = await start();
    await make(api, "/v2/monitoring/alerts", full);
    const id = await createDroplet(api, { monitoring: true, tags: ["imera"] });
    hypervisor.usages.set(id, { diskPercent: 91.2, memoryPercent: 10 });
    await passMinutes(4);
    expect(posted).toEqual([]);
    await passMinutes(3);
    expect(texts()).toEqual([expect.stringMatching(/^Alert: disk is full: .*: 91 %$/)]);
  });

  it("know nothing of a droplet without the agent", async () => {
    const { api, hypervisor, posted, passMinutes } = await start();
    await make(api, "/v2/monitoring/alerts", full);
    const id = await createDroplet(api, { monitoring: false, tags: ["imera"] });
    hypervisor.usages.set(id, { diskPercent: 99, memoryPercent: 10 });
    await passMinutes(8);
    expect(posted).toEqual([]);
  });
});
