import { describe, expect, it } from "vitest";
import { requireSpace } from "./preconditions.ts";

const mib = 1024 * 1024;

describe("the room for an import", () => {
  it("is enough where five times the source fits, and half a GiB", () => {
    requireSpace(512 * mib + 500 * mib, 100 * mib);
  });

  it("is refused where it is less, with what to do", () => {
    expect(() => {
      requireSpace(512 * mib + 499 * mib, 100 * mib);
    }).toThrow(/has 1011\.0 MiB left, and the import may need 1012\.0 MiB[^]*imera:volumeSizeGiB/);
  });
});
