import { describe, expect, it } from "vitest";
import { goodConfig } from "../testing/good-config.ts";
import { readSettings } from "../settings/settings.ts";
import { unseen } from "./knowledge.ts";

const phone = { type: "ntfy", topic: "imera-7f3k" };
const mail = {
  type: "smtp",
  host: "smtp.example.net",
  user: "w",
  from: "w@example.net",
  to: ["me@example.com"],
  password: "opensesame",
};

function words(alarms: readonly object[], changes: Readonly<Record<string, string>> = {}): string[] {
  const config = goodConfig({ "imera:alarms": JSON.stringify(alarms), ...changes });
  return unseen(readSettings(config)).map(({ severity, text }) => `${severity}: ${text}`);
}

describe("a preview", () => {
  it("says once who tells of an outage where nobody is alarmed", () => {
    expect(words([])).toEqual([expect.stringMatching(/^info: imera:alarms is empty: .* your users will tell you/)]);
  });

  it("says what is not seen without a watcher", () => {
    expect(words([phone, { ...phone, name: "other" }])).toEqual([
      expect.stringMatching(/^info: imera:watcher is not set: .*of its own death your users will tell you/),
    ]);
  });

  it("warns of a watcher beside the nodes", () => {
    const both = [phone, { ...phone, name: "other" }];
    expect(words(both, { "imera:watcher": '{"region":"fra1"}' })).toEqual([
      expect.stringMatching(/^warn: imera:watcher.region: fra1 is the nodes' own/),
    ]);
    expect(words(both, { "imera:watcher": '{"region":"ams3"}' })).toEqual([]);
  });

  it.each([465, 587])("warns of port %i, which new droplets do not reach", (port) => {
    const [warning, info] = words([{ ...mail, port }], { "imera:watcher": '{"region":"ams3"}' });
    expect(warning).toMatch(`warn: imera:alarms: smtp needs port ${port}`);
    expect(info).toMatch(/^info: imera:alarms has one way only/);
  });

  it("says nothing of port 2525", () => {
    expect(words([{ ...mail, port: 2525 }, phone], { "imera:watcher": '{"region":"ams3"}' })).toEqual([]);
  });
});
