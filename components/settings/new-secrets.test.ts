import { describe, expect, it } from "vitest";
import { goodConfig } from "../testing/good-config.ts";
import { withFullNames } from "./names.ts";
import { generateStackSecrets } from "./new-secrets.ts";
import { readSettings } from "./settings.ts";

describe("generateStackSecrets", () => {
  it("makes everything that the program asks for beside answers and vendors' keys", () => {
    const { secret, plain } = generateStackSecrets();
    expect(() => readSettings(goodConfig(withFullNames({ ...secret, ...plain })))).not.toThrow();
  });

  it("never makes the same twice", () => {
    const [one, other] = [generateStackSecrets(), generateStackSecrets()];
    for (const [key, value] of Object.entries(one.secret)) {
      expect(Object.values(other.secret), key).not.toContain(value);
    }
  });
});
