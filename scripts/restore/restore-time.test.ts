import { describe, expect, it } from "vitest";
import { restoreTime } from "./restore-time.ts";

describe("restoreTime", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");

  it.each(["2026-11-22T10:00:00Z", "2026-11-22T11:00:00+01:00", "2026-11-22 10:00:00Z", "2026-11-22T10:00:00.750Z"])(
    "takes %s",
    (typed) => expect(restoreTime(typed, now)).toBe("2026-11-22T10:00:00Z"),
  );

  it.each(["yesterday", "2026-11-22", "2026-11-22T10:00:00", "2026-13-01T00:00:00Z"])(
    "refuses %s, and shows how",
    (typed) => {
      expect(() => restoreTime(typed, now)).toThrow("Write it like 2026-11-22T10:00:00Z");
    },
  );

  it("refuses a time to come", () => {
    expect(() => restoreTime("2026-11-22T12:00:01Z", now)).toThrow("still to come. Now it is 2026-11-22T12:00:00Z");
  });
});
