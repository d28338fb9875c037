import { expect, it } from "vitest";
import { canonicalIpv6 } from "./ipv6.ts";

it.each([
  ["2A03:B0C0:0003:00D0:0000:0000:0424:0001", "2a03:b0c0:3:d0::424:1"],
  ["2604:a880:0:1010::18a:a001", "2604:a880:0:1010::18a:a001"],
  ["FD99:0:0:1A:0:0:0:10", "fd99:0:0:1a::10"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
  ["::0001", "::1"],
])("%s is %s", (given, canonical) => {
  expect(canonicalIpv6(given)).toBe(canonical);
});

it("takes nothing else", () => {
  expect(() => canonicalIpv6("203.0.113.10")).toThrow(TypeError);
});
