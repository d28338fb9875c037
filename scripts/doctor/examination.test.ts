import { describe, expect, it } from "vitest";
import type { Check } from "./check.ts";
import { NotLooked } from "./not-looked.ts";
import { describeExamination } from "./describe-examination.ts";
import { diagnose, examine } from "./examination.ts";
import { failure, type Finding, warning, well } from "./finding.ts";
import { changesSince } from "./last-examination.ts";
import { givenNetwork } from "./testing/given-network.ts";

const text = { seen: "this", wanted: "that", meaning: "People notice.", next: "npm run status -- --stack prod" };
const check = (name: string, look: () => readonly Finding[]): Check => ({
  name,
  look: () => new Promise((resolve) => resolve(look())),
});
const failing = check("login", () => [failure({ id: "login", ...text })]);
const warns = check("copy", () => [warning({ id: "copy:elsewhere", ...text })]);
const green = check("ports", () => [well("ports", "all are open")]);
const breaks = check("DNS", () => {
  throw new TypeError("names is not iterable");
});
const blocked = check("relay", () => {
  throw new NotLooked("nobody can log in");
});

describe("the exit code", () => {
  it.each([
    ["all is well", [green], 0],
    ["there are warnings", [green, warns], 1],
    ["there is an error", [warns, failing, green], 2],
    ["a check of the doctor's own breaks, whatever else was found", [breaks, failing], 3],
    ["a check finds nothing, neither good nor bad", [check("empty", () => [])], 3],
    ["a check is not looked at because of a trouble that is told", [failing, blocked], 2],
  ])("is as the worst that was found, where %s", async (_, checks, exitCode) => {
    expect((await examine(givenNetwork(), checks)).exitCode).toBe(exitCode);
  });

  it("is 3 for a check that does not end, with its name, and the others are told", async () => {
    const hangs: Check = { name: "relay", look: () => new Promise(() => undefined) };
    const found = await examine(givenNetwork(), [hangs, failing], { limitMs: 20 });
    expect(found).toMatchObject({ exitCode: 3, broken: [{ check: "relay", why: "not done after 0.02 s" }] });
    expect(found.troubles.map(({ id }) => id)).toEqual(["login"]);
  });
});

describe("an accepted finding", () => {
  const now = Date.parse("2027-01-31T23:59:00Z");
  const examinedWith = (finding: string, until: string) =>
    examine(givenNetwork({ accepted: [{ finding, reason: "known", until }] }), [warns], { now });

  it.each([
    ["its id", "copy:elsewhere", "2027-01-31", 0],
    ["its kind", "copy", "2027-02-01", 0],
    ["another id of the kind", "copy:here", "2027-02-01", 1],
    ["its beginning", "cop", "2027-02-01", 1],
    ["its id, whose last day has passed", "copy:elsewhere", "2027-01-30", 1],
  ])("does not count where the settings have %s", async (_, finding, until, exitCode) => {
    const found = await examinedWith(finding, until);
    expect(found.exitCode).toBe(exitCode);
    expect([found.troubles.length, found.accepted.length]).toEqual(exitCode === 0 ? [0, 1] : [1, 0]);
  });

  it("explains nothing: what follows from it counts", async () => {
    const accepted = [{ finding: "copy", reason: "known", until: "2027-02-01" }];
    const cause = check("copy", () => [warning({ id: "copy", ...text, explains: ["login"] })]);
    expect(await examine(givenNetwork({ accepted }), [cause, failing], { now })).toMatchObject({
      exitCode: 2,
      troubles: [{ id: "login" }],
    });
  });
});

describe("a trouble that another one explains", () => {
  it("stands below that one", () => {
    const cause = failure({ id: "node-postgresql", ...text, explains: ["login", "node-database"] });
    const other = warning({ id: "copy", ...text });
    const told = diagnose([other, failure({ id: "login", ...text }), cause]);
    expect(told.map(({ id, follows }) => [id, follows.map((finding) => finding.id)])).toEqual([
      ["node-postgresql", ["login"]],
      ["copy", []],
    ]);
  });

  it("is told where the two explain each other", () => {
    const one = failure({ id: "a", ...text, explains: ["b"] });
    const two = failure({ id: "b", ...text, explains: ["a"] });
    expect(diagnose([one, two]).map(({ id }) => id)).toEqual(["a"]);
    expect(diagnose([one, two])[0]?.follows.map(({ id }) => id)).toEqual(["b"]);
  });

  it("is told through a chain of causes", () => {
    const machine = failure({ id: "machine", ...text, explains: ["ports"] });
    const ports = failure({ id: "ports", ...text, explains: ["login"] });
    const told = diagnose([failure({ id: "login", ...text }), ports, machine]);
    expect(told.map(({ id, follows }) => [id, follows.map((finding) => finding.id)])).toEqual([
      ["machine", ["login", "ports"]],
    ]);
  });
});

it("is told with evidence, meaning and the next command, whole, on 80 columns", async () => {
  const next = `npm run ssh -- --stack prod xmpp1 '${"journalctl --unit ejabberd ".repeat(4)}'`;
  const long = "a long sentence about what was seen there ".repeat(5);
  const bad = check("x", () => [failure({ id: "x:y", seen: long, wanted: long, meaning: long, next })]);
  const told = describeExamination(await examine(givenNetwork(), [bad, green, blocked, warns]));
  expect(told).toMatch(/^example\.org: 1 error, 1 warning\. 1 finding well/);
  expect(told.split("\n").filter((line) => line.length > 80)).toEqual([`  next    ${next}`]);
  expect(told).toContain("relay  nobody can log in");
});

it("what changed since the last time is what is new, over, or worse", async () => {
  const now = await examine(givenNetwork(), [failing, warns, breaks]);
  const last = {
    "copy:elsewhere": { severity: "error", seen: "this" },
    login: { severity: "error", seen: "this" },
    "queue:x": { severity: "error", seen: "9" },
  };
  expect(changesSince(last, now)).toEqual([
    "error → warning: copy:elsewhere: this",
    "new broken: check DNS: names is not iterable",
    "over: error queue:x",
  ]);
});
