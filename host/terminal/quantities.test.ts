import { describe, expect, it } from "vitest";
import { agoText, durationText, momentText, sizeText } from "./quantities.ts";

describe("sizeText", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [12_897_485, "12.3 MiB"],
    [5 * 1024 ** 5, "5120.0 TiB"],
  ])("%d is %s", (bytes, text) => expect(sizeText(bytes)).toBe(text));
});

describe("durationText", () => {
  it.each([
    [0.4, "0 s"],
    [59.6, "1 min"],
    [125, "2 min 5 s"],
    [7200, "2 h"],
    [90_061, "1 d 1 h"],
    [86_460, "1 d"],
    [-3, "0 s"],
  ])("%d s is %s", (seconds, text) => expect(durationText(seconds)).toBe(text));
});

describe("times", () => {
  it("are shown in UTC, with how long ago", () => {
    expect(momentText("2026-11-22T11:00:00+01:00")).toBe("2026-11-22 10:00:00 UTC");
    expect(agoText("2026-11-22T10:00:00Z", Date.parse("2026-11-22T12:03:00Z"))).toBe(
      "2026-11-22 10:00:00 UTC (2 h 3 min ago)",
    );
  });

  it("that are none stay as they are", () => {
    expect(momentText("unknown")).toBe("unknown");
    expect(agoText("unknown")).toBe("unknown");
  });
});
