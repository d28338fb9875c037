import { describe, expect, it } from "vitest";
import { describeLinks, linksFile } from "./describe-links.ts";
import { daysOf, wantedAccounts } from "./make-links.ts";

const link = {
  jid: "romeo@example.org",
  name: "Romeo",
  mail: "romeo@mail.example",
  link: "https://upload.example.org/reset/0123",
  until: "2026-12-01T10:20:00Z",
};

describe("the accounts that are meant", () => {
  it("are those that are named, for a day, or all who wait, for two weeks", () => {
    expect(wantedAccounts(["romeo"], {})).toEqual({ users: ["romeo"], hours: 24 });
    expect(wantedAccounts([], { imported: true })).toEqual({ users: null, hours: 336 });
    expect(wantedAccounts(["romeo"], { days: 3 })).toEqual({ users: ["romeo"], hours: 72 });
  });

  it("have to be said in one of both ways", () => {
    expect(() => wantedAccounts([], {})).toThrow("Name accounts, or say --imported");
    expect(() => wantedAccounts(["romeo"], { imported: true })).toThrow("Name accounts, or say --imported");
  });

  it.each(["0", "61", "1.5", "-1", "a", ""])("have no links for %j days", (days) => {
    expect(() => daysOf(days)).toThrow("from 1 to 60");
  });
});

describe("links", () => {
  it("on a terminal say until when they are good, and what they are", () => {
    const text = describeLinks([link]);
    expect(text).toMatch(
      /^romeo@example\.org, until 2026-12-01 10:20 UTC:\n {2}https:\/\/upload\.example\.org\/reset\/0123\n/,
    );
    expect(text).toContain("Whoever has such a link can take the account over, once");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(describeLinks([])).toBe("Nobody waits for a password: no link was made.");
  });

  it("in a file are CSV, whatever people call themselves, and no spreadsheet calculates a name", () => {
    const named = (name: string) =>
      linksFile([{ ...link, name }])
        .split("\r\n")
        .slice(1)
        .join("\r\n");
    const rest = ",romeo@example.org,romeo@mail.example,https://upload.example.org/reset/0123,2026-12-01 10:20 UTC\r\n";
    expect(linksFile([])).toBe("name,account,mail,link,until\r\n");
    expect(named("Romeo")).toBe(`Romeo${rest}`);
    expect(named('Montague, "R"\nthe younger')).toBe(`"Montague, ""R""\nthe younger"${rest}`);
    expect(named("=HYPERLINK(A1)")).toBe(`'=HYPERLINK(A1)${rest}`);
    expect(named("")).toBe(rest);
  });
});
