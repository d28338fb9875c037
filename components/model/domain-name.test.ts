import { describe, expect, it } from "vitest";
import { domainNameProblem } from "./domain-name.ts";

const label63 = "a".repeat(63);
const longest = `${label63}.${label63}.${"b".repeat(57)}.test`;

describe("domainNameProblem", () => {
  it.each([
    "example.org",
    "im.example.org",
    "163.com",
    "0.test",
    "a--b.test",
    "a.b.c.d.e.f.g.h.test",
    `${label63}.test`,
    longest,
  ])("takes %s", (name) => {
    expect(domainNameProblem(name)).toBeUndefined();
  });

  it.each([
    ["xn--mnchen-3ya.test", "of ASCII letters"],
    ["xn--a.test", "of ASCII letters"],
    ["XN--A.test", "of ASCII letters"],
    ["im.xn--mnchen-3ya.test", "of ASCII letters"],
    ["example.xn--p1ai", "of ASCII letters"],
    ["bücher.example", "of ASCII letters"],
    ["münchen.test", "of ASCII letters"],
    ["exаmple.org", "of ASCII letters"],
    ["example.org ", "of ASCII letters"],
    ["Example.org", "in lower case"],
    ["localhost", "at least two labels"],
    ["example.org.", "at least two labels"],
    ["https://example.org", "at least two labels"],
    ["user@example.org", "at least two labels"],
    ["my_net.test", "at least two labels"],
    ["a..test", "at least two labels"],
    ["", "at least two labels"],
    [`${"a".repeat(64)}.test`, "at most 63 characters"],
    [`example.${"a".repeat(70)}`, "at most 63 characters"],
    ["-a.test", "neither begin nor end with a hyphen"],
    ["a-.test", "neither begin nor end with a hyphen"],
    ["a.test-", "neither begin nor end with a hyphen"],
    ["ab--c.test", "third and fourth place"],
    ["192.0.2.1", "begins with a letter"],
    ["example.0", "begins with a letter"],
    ["example.t", "two letters or more"],
    [`b.${longest}`, "at most 190 characters"],
    ["a.b.c.d.e.f.g.h.i.test", "at most 9 labels"],
  ])("refuses %s", (name, words) => {
    expect(domainNameProblem(name)).toContain(words);
  });
});
