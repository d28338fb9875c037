import { describe, expect, it } from "vitest";
import { resolved } from "../testing/mocks.ts";
import { goodConfig } from "../testing/good-config.ts";
import { readSettings } from "./settings.ts";

const ways = {
  chat: { type: "xmpp", from: "imera@other.example", to: ["me@other.example"], password: "opensesame" },
  phone: { type: "ntfy", topic: "imera-7f3k", token: "tk_opensesame" },
  team: { type: "slack", url: "https://hooks.slack.com/services/opensesame" },
  own: {
    type: "webhook",
    url: "https://hooks.example.net/opensesame",
    headers: { Authorization: "Bearer opensesame" },
  },
  post: { type: "mail-api", api: "postmark", from: "w@example.net", to: ["me@example.com"], token: "opensesame" },
  mail: {
    type: "smtp",
    host: "smtp.example.net",
    user: "w",
    from: "w@example.net",
    to: ["me@example.com"],
    password: "opensesame",
  },
};

function read(alarms: readonly object[], changes: Readonly<Record<string, string>> = {}, encrypted = true) {
  const config = goodConfig({ "imera:alarms": JSON.stringify(alarms), ...changes });
  const secretNames = [...config.secretNames].filter((name) => encrypted || name !== "imera:alarms");
  return readSettings({ ...config, secretNames: new Set(secretNames) });
}

describe("alarms", () => {
  it("are none by default", () => {
    expect(readSettings(goodConfig()).alarms.ways).toEqual([]);
  });

  it("are parted from their secrets, each with a name and what its type leaves open", async () => {
    const { alarms } = read(Object.values(ways));
    expect(JSON.stringify(alarms.ways)).not.toMatch(/opensesame|7f3k/);
    expect(alarms.ways).toEqual([
      { type: "xmpp", name: "xmpp", from: "imera@other.example", to: ["me@other.example"], host: null, port: 5222 },
      { type: "ntfy", name: "ntfy", server: "https://ntfy.sh" },
      { type: "slack", name: "slack" },
      { type: "webhook", name: "webhook" },
      { type: "mail-api", name: "mail-api", api: "postmark", from: "w@example.net", to: ["me@example.com"], url: null },
      {
        type: "smtp",
        name: "smtp",
        host: "smtp.example.net",
        port: 587,
        security: "starttls",
        user: "w",
        from: "w@example.net",
        to: ["me@example.com"],
      },
    ]);
    expect(await resolved(alarms.secrets)).toEqual({
      xmpp: { password: "opensesame" },
      ntfy: { topic: "imera-7f3k", token: "tk_opensesame" },
      slack: { url: ways.team.url },
      webhook: { url: ways.own.url, headers: ways.own.headers },
      "mail-api": { token: "opensesame" },
      smtp: { password: "opensesame" },
    });
  });

  it("take TLS from the first byte for port 465", () => {
    expect(read([{ ...ways.mail, port: 465 }]).alarms.ways).toMatchObject([{ security: "tls" }]);
  });

  it.each([
    ["another type", { type: "pager" }, "imera:alarms[0].type: expected a type: one of xmpp, ntfy"],
    ["a misspelt field", { ...ways.phone, topik: "x" }, 'imera:alarms[0]: Unrecognized key: "topik"'],
    ["no recipient", { ...ways.chat, to: [] }, "imera:alarms[0].to: name somebody"],
    ["no secret", { type: "slack" }, "imera:alarms[0].url: "],
    ["http", { ...ways.team, url: "http://hooks.slack.com/x" }, "imera:alarms[0].url: expected an https URL"],
    ["a JID that is none", { ...ways.chat, to: ["other.example"] }, "imera:alarms[0].to[0]: expected a JID"],
    ["the port between servers", { ...ways.mail, port: 25 }, "imera:alarms[0].port: 25 is for servers"],
    ["mailgun without an address", { ...ways.post, api: "mailgun" }, "imera:alarms[0].url: mailgun needs one"],
    ["a name with a space", { ...ways.phone, name: "my phone" }, "imera:alarms[0].name: expected at most 40"],
    ["the network's own account", { ...ways.chat, from: "a@example.org" }, "goes through example.org itself"],
    ["a room of the network", { ...ways.chat, to: ["a@conference.example.org"] }, "goes through example.org itself"],
    ["a node", { ...ways.mail, host: "xmpp1.example.org" }, "smtp goes through example.org itself"],
  ])("refuse %s, and show no secret", (_what, way, words) => {
    expect(() => read([way])).toThrow(words);
    expect(() => read([way])).not.toThrow(/opensesame/);
  });

  it("refuse two ways of one name", () => {
    expect(() => read([ways.phone, ways.phone])).toThrow("imera:alarms: two ways are named ntfy");
  });

  it("name no secret that a way does not have", () => {
    const plain = [
      { ...ways.own, headers: {} },
      { type: "ntfy", topic: "imera-7f3k", token: null },
      { ...ways.own, name: "other" },
    ];
    expect(() => read(plain, {}, false)).toThrow(
      "imera:alarms: has secrets in plain text (imera:alarms[0].url, imera:alarms[1].topic, " +
        "imera:alarms[2].url, imera:alarms[2].headers.Authorization);",
    );
  });

  it("refuse a secret in plain text, name its place, and say how to encrypt it", () => {
    const both = [ways.team, ways.phone];
    expect(() => read(both, {}, false)).toThrow(
      "imera:alarms: has secrets in plain text (imera:alarms[0].url, imera:alarms[1].topic, imera:alarms[1].token)",
    );
    expect(() => read(both, {}, false)).toThrow("config set --path --secret 'imera:alarms[0].url'");
    expect(() => read(both, {}, false)).not.toThrow(/opensesame/);
  });
});

describe("the watcher", () => {
  const watcher = (value: string) => read([ways.phone], { "imera:watcher": value }).watcher;

  it("is none by default, and small", () => {
    expect(read([ways.phone]).watcher).toBe("");
    expect(watcher('{"region":"ams3"}')).toEqual({ region: "ams3", size: "s-1vcpu-512mb-10gb" });
  });

  it.each([
    ["no region", "{}", "imera:watcher.region: expected the slug of a DigitalOcean region"],
    ["a city", '{"region":"Amsterdam"}', "imera:watcher.region: expected the slug"],
    ["a misspelt field", '{"region":"ams3","sise":"s"}', "imera:watcher: Unrecognized key"],
    ["a region in place of an object", "ams3", "imera:watcher: expected {region: ams3}"],
    ["a list", "[1]", "imera:watcher: expected {region: ams3}"],
  ])("is refused with %s", (_what, value, words) => {
    expect(() => watcher(value)).toThrow(words);
  });

  it("is refused where it could tell nobody", () => {
    expect(() => readSettings(goodConfig({ "imera:watcher": '{"region":"ams3"}' }))).toThrow(
      "imera:watcher: would tell nobody what it sees",
    );
  });

  it("keeps its name to itself", () => {
    expect(() => readSettings(goodConfig({ "imera:nodes": '["watcher"]' }))).toThrow(
      "imera:nodes: watcher is the name",
    );
  });
});

describe("other settings of the watch", () => {
  it.each([
    ["watchResolvers", '["dns.example"]', "expected the address of a DNS resolver"],
    ["watchResolvers", "[]", "imera:watchResolvers"],
    ["watchPeer", "example.org", "is example.org itself"],
    ["watchDailyHour", "24", "imera:watchDailyHour"],
    ["vendorAlerts", "{}", "imera:vendorAlerts: would tell nobody"],
    ["vendorAlerts", '{"emails":["me"]}', "imera:vendorAlerts.emails[0]: expected a mail address"],
    [
      "vendorAlerts",
      '{"slack":{"channel":"#a","url":"https://h.example/x"}}',
      "in plain text (imera:vendorAlerts.slack.url)",
    ],
    ["deadManSwitch", "https://hc-ping.com/key?create=1", "expected an https URL without a query"],
    ["deadManSwitch", "http://hc-ping.com/key", "expected an https URL without a query"],
  ])("%s %s is refused", (name, value, words) => {
    expect(() => readSettings(goodConfig({ [`imera:${name}`]: value }))).toThrow(words);
  });

  it("take a resolver with a port, and of IPv6", () => {
    const settings = readSettings(goodConfig({ "imera:watchResolvers": '["10.99.1.1:53","2606:4700:4700::1111"]' }));
    expect(settings.watchResolvers).toHaveLength(2);
  });
});
