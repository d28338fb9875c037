import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

const daySeconds = 86_400;
const gibibyte = 1024 ** 3;

describe("the forecast of a disk", () => {
  /** Finds what there is to say when `left` bytes are left, with samples by their age in days and bytes. */
  function forecast(samples: readonly (readonly [ageDays: number, bytes: number])[], left: number): unknown {
    const now = Date.now() / 1000;
    const times = samples.map(([age, bytes]) => [now - age * daySeconds, bytes]);
    node.write("/var/lib/imera/disk-growth.json", JSON.stringify({ samples: { "/srv/imera": times } }));
    return node.python(
      `from doctor import growth_forecast\nfrom watch import growth\ngrowth.free = lambda path: ${left}\n` +
        "print(json.dumps([[each['severity'], each['id'], each['seen']] for each in growth_forecast.look()]))",
    );
  }
  /** A week of hours in which as much is added each day. */
  const growing = (dailyBytes: number) =>
    Array.from({ length: 168 }, (_, hour) => [7 - hour / 24, gibibyte + (hour / 24) * dailyBytes] as const);
  const well = [["ok", "disk-forecast", expect.any(String)]];

  it.each([
    ["warns of one that is full in nine days", growing(gibibyte), 9 * gibibyte, "warning", "9 days"],
    ["is an error where two are left", growing(gibibyte), 2 * gibibyte, "error", "2 days"],
    [
      "is not changed by a heap that came and went",
      growing(gibibyte).map(([age, bytes], hour) => [age, hour % 24 === 3 ? bytes + 50 * gibibyte : bytes] as const),
      9 * gibibyte,
      "warning",
      "9 days",
    ],
  ])("%s", (_, samples, left, severity, days) => {
    expect(forecast(samples, left)).toEqual([
      [severity, "disk-forecast:/srv/imera", expect.stringMatching(`^1\\.00 GiB a day are added, .*: ${days}$`)],
    ]);
  });

  it.each([
    ["a year is left", growing(gibibyte), 365 * gibibyte],
    ["it shrinks", growing(-gibibyte / 100), gibibyte],
    ["nothing changes", growing(0), 0],
    ["the samples are of less than two days", growing(gibibyte).slice(-47), gibibyte],
    [
      "a lot was brought in at once, such as by an import",
      growing(0).map(([age, bytes], hour) => [age, hour < 90 ? bytes : bytes + 90 * gibibyte] as const),
      gibibyte,
    ],
    ["there are none", [], gibibyte],
  ])("has nothing to say where %s", (_, samples, left) => {
    expect(forecast(samples, left)).toEqual(well);
  });

  it("takes a sample an hour, keeps them for a week, and begins anew where they are damaged", () => {
    const file = "/var/lib/imera/disk-growth.json";
    const now = Date.now() / 1000;
    const take = (samples: unknown) => {
      node.write(file, typeof samples === "string" ? samples : JSON.stringify({ samples }));
      return node.python(
        "from watch import growth\ngrowth.take_sample()\nprint(json.dumps([len(each) for each in growth.read().values()]))",
      );
    };
    const both = (...ages: number[]) =>
      Object.fromEntries(["/", "/srv/imera"].map((name) => [name, ages.map((age) => [now - age, 1])]));
    expect(take(both(8 * daySeconds, 7200, 3700))).toEqual([3, 3]);
    expect(take(both(7200, 60))).toEqual([2, 2]);
    expect(take("{")).toEqual([1, 1]);
    expect(take({ "/": [[now - 60, 1]] })).toEqual([2, 1]);
  });
});

describe("a drill", () => {
  const ago = (days: number) => new Date(Date.now() - days * daySeconds * 1000).toISOString();
  const look = () =>
    node.python(
      "from doctor import drills\nprint(json.dumps([f\"{each['severity']} {each['seen']}\" for each in drills.look()]))",
    );
  const record = (days: number) => node.write("/var/lib/imera/drill.json", JSON.stringify({ at: ago(days) }));
  const begun = (days: number) =>
    node.write("/var/lib/imera/backup/status.json", JSON.stringify({ enabledAt: ago(days) }));

  it.each([
    ["that was made eleven days ago is late", () => void record(11), "warning the last one was at "],
    ["that was made nine days ago is not", () => void record(9), "ok the last one was at "],
    [
      "is late where backups began eleven days ago, and none was ever made",
      () => void begun(11),
      "warning none was made since ",
    ],
    ["is not due where they began yesterday", () => void begun(1), "ok none was made yet"],
  ])("%s", (_, bring, words) => {
    bring();
    expect(look()).toEqual([expect.stringMatching(`^${words}`)]);
  });

  it("is known to the dead man's switch, where there is one", () => {
    record(11);
    const secrets = (deadManSwitchUrl: string | null) =>
      node.write("/etc/imera/watch-secrets.json", JSON.stringify({ deadManSwitchUrl }));
    secrets("https://hc-ping.com/key/prod-xmpp1");
    expect(look()).toEqual(["ok the dead man's switch watches over them"]);
    secrets(null);
    expect(look()).toEqual([expect.stringMatching("^warning")]);
  });
});

it("security fixes that are held are a finding", () => {
  node.write("/var/lib/apt/periodic/upgrade-stamp", "");
  node.fake("apt-cache", "");
  node.fake("systemctl", "");
  node.fake("apt-get", "echo 'Inst erlang-base [27.3-1] (27.3-2 Debian-Security:13/stable-security [amd64])'");
  const look = "[[each['severity'], each['id']] for each in waiting_updates.look()]";
  expect(node.python(`from doctor import waiting_updates\nprint(json.dumps(${look}))`)).toEqual([
    ["warning", "update-held"],
  ]);
});
