import { describe, expect, it } from "vitest";
import { goodConfig } from "../testing/good-config.ts";
import { readSettings } from "./settings.ts";

const read = (changes: Readonly<Record<string, string>>) => readSettings(goodConfig(changes));

// Pulumi reads a time without quotes as YAML does, and hands it over in Go's form.
describe("a time that stands in the stack's file without quotes", () => {
  it.each([
    ["2026-11-22 10:00:00 +0000 UTC", "2026-11-22T10:00:00Z"],
    ["2026-11-22 10:00:00.5 +0000 UTC", "2026-11-22T10:00:00.5Z"],
    ["2026-11-22 00:00:00 +0000 UTC", "2026-11-22T00:00:00Z"],
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"],
  ])("is a time: %s", (given, time) => {
    expect(read({ "imera:recovery": "backup", "imera:recoveryTime": given }).recoveryTime).toBe(time);
  });

  it.each(["2026-11-22 12:00:00 +0200 +0200", "2026-13-22 10:00:00 +0000 UTC", "2026-11-22 10:00:00"])(
    "is refused where it is none in UTC: %s",
    (given) => {
      expect(() => read({ "imera:recovery": "backup", "imera:recoveryTime": given })).toThrow("imera:recoveryTime: ");
    },
  );
});

describe("a finding that is accepted", () => {
  const entry = { finding: "caa-universal-ssl", reason: "the zone proxies a web site", until: "2027-06-30" };
  const accepted = (...entries: readonly object[]) =>
    read({ "imera:acceptedFindings": JSON.stringify(entries) }).acceptedFindings;

  it("has a last day, with quotes or without", () => {
    expect(accepted(entry, { ...entry, finding: "port-shut:5222", until: "2027-06-30 00:00:00 +0000 UTC" })).toEqual([
      entry,
      { ...entry, finding: "port-shut:5222" },
    ]);
  });

  it.each([
    ["a finding that could be none", { ...entry, finding: "Some Thing" }, "[0].finding: expected the id of a finding"],
    ["no finding", { reason: "x", until: "2027-06-30" }, "[0].finding: expected the id of a finding"],
    ["no reason", { finding: "caa", until: "2027-06-30" }, "[0].reason: expected why it is accepted"],
    ["an empty reason", { ...entry, reason: "  " }, "[0].reason: expected why it is accepted"],
    ["no end", { finding: "caa", reason: "x" }, "[0].until: expected the last day, such as 2027-06-30"],
    ["a day that there is not", { ...entry, until: "2027-02-30" }, "[0].until: expected the last day"],
    [
      "a time in place of a day",
      { ...entry, until: "2027-06-30 10:00:00 +0000 UTC" },
      "[0].until: expected the last day",
    ],
    ["a misspelt field", { ...entry, untill: "x" }, '[0]: Unrecognized key: "untill"'],
  ])("is refused with %s", (_what, given, words) => {
    expect(() => accepted(given)).toThrow(`imera:acceptedFindings${words}`);
  });

  it.each(["caa-universal-ssl", "{}", '"caa"'])("is refused outside of a list: %s", (text) => {
    expect(() => read({ "imera:acceptedFindings": text })).toThrow("imera:acceptedFindings: ");
  });
});

describe("the end of a token", () => {
  const entry = { token: "DigitalOcean", until: "2027-06-30" };
  const ends = (...entries: readonly object[]) => read({ "imera:tokenEnds": JSON.stringify(entries) }).tokenEnds;

  it("is a last day, with quotes or without", () => {
    expect(ends(entry, { token: "ntfy.sh", until: "2027-06-30 00:00:00 +0000 UTC" })).toEqual([
      entry,
      { token: "ntfy.sh", until: "2027-06-30" },
    ]);
  });

  it.each([
    [
      "the token itself",
      { ...entry, token: `dop_v1_${"a".repeat(64)}` },
      "[0].token: expected what you call the token",
    ],
    ["no name", { until: "2027-06-30" }, "[0].token: expected what you call the token"],
    ["a day that there is not", { ...entry, until: "2027-02-30" }, "[0].until: expected the last day"],
    ["no day", { token: "ntfy" }, "[0].until: expected the last day"],
  ])("is refused with %s", (_what, given, words) => {
    expect(() => ends(given)).toThrow(`imera:tokenEnds${words}`);
  });

  it("is refused twice", () => {
    expect(() => ends(entry, { ...entry, until: "2028-06-30" })).toThrow(
      "imera:tokenEnds: DigitalOcean stands there twice",
    );
  });
});
