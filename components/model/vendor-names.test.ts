import { describe, expect, it } from "vitest";
import { stackNameProblem, vendorNames } from "./vendor-names.ts";

describe("stackNameProblem", () => {
  it.each(["prod", "a", "drill-0a1b2c", "my-net2", "a".repeat(30), "x--y"])("takes %s", (name) => {
    expect(stackNameProblem(name)).toBeUndefined();
  });

  it.each([
    ["my_net", "the vendors would refuse"],
    ["prod.eu", "the vendors would refuse"],
    ["Prod", "the vendors would refuse"],
    ["PROD", "the vendors would refuse"],
    ["a".repeat(60), "it has 60 characters"],
    ["a".repeat(31), "it has 31 characters"],
    ["a b", "the vendors would refuse"],
    ["bücher", "the vendors would refuse"],
    ["../q", "the vendors would refuse"],
    ["x/y/z", "the vendors would refuse"],
    ["1st", "the vendors would refuse"],
    ["-prod", "the vendors would refuse"],
    ["prod-", "the vendors would refuse"],
    ["prod\n", "the vendors would refuse"],
    ["", "the vendors would refuse"],
  ])("refuses %j, with what to take", (name, why) => {
    expect(stackNameProblem(name)).toContain(why);
    expect(stackNameProblem(name)).toContain("Take at most 30 of a-z, 0-9 and -");
  });
});

describe("vendorNames", () => {
  // DigitalOcean's OpenAPI for firewalls; for tags what its plugin says. 63 is the narrowest length anywhere.
  const alphabets = {
    tag: /^[a-z0-9_:-]{1,63}$/,
    firewall: /^[a-zA-Z0-9][a-zA-Z0-9.-]{1,62}$/,
    key: /^[a-zA-Z0-9_-]{1,63}$/,
  };

  it.each(["a", "x--y", "9".padStart(30, "a"), `a${"-".repeat(28)}z`])(
    "of %s are in each vendor's alphabet",
    (stack) => {
      const longestKey = `a${"-".repeat(20)}z`;
      const names = vendorNames(stack);
      expect(stackNameProblem(stack)).toBeUndefined();
      expect(names.tag).toMatch(alphabets.tag);
      expect(names.operatorFirewall).toMatch(alphabets.firewall);
      expect(names.publicFirewall(longestKey)).toMatch(alphabets.firewall);
      expect(names.sshKey).toMatch(alphabets.key);
      expect(names.spacesKey("drill")).toMatch(alphabets.key);
      expect(names.certificateToken(`${longestKey}.${"d".repeat(190)}`)).toHaveLength(120);
    },
  );
});
