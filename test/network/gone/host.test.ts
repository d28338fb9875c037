import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { runNumbered } from "../../../local/run/run.ts";
import { testRunNumber } from "../cloud.ts";

const run = runNumbered(Number(testRunNumber()));

/** Lines of a command's output that name something of the run. */
async function traces(program: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa(program, args);
  const ours = new RegExp(
    `\\b${run.name}\\b|${run.folder}/|10\\.9[89]\\.${run.number}\\.|fd99:0:0:${run.number.toString(16)}:`,
  );
  return stdout.split("\n").filter((line) => ours.test(line));
}

describe("after `npm run local -- down` this machine has", () => {
  it.each([
    ["no network namespace", "ip", ["netns", "list"]],
    ["no interface", "ip", ["-oneline", "link"]],
    ["no IPv4 route", "ip", ["-4", "route", "show", "table", "all"]],
    ["no IPv6 route", "ip", ["-6", "route", "show", "table", "all"]],
    ["no packet filter", "nft", ["list", "ruleset"]],
    ["no loop device", "losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]],
  ])("%s of the run", async (_, program, args) => {
    expect(await traces(program, ...args)).toEqual([]);
  });

  it("no process of the run", async () => {
    const found = await traces("ps", "-eo", "pid,args");
    expect(found.filter((line) => !line.includes("vitest"))).toEqual([]);
  });

  it("no mount of the run", async () => {
    expect(await readFile("/proc/self/mounts", "utf8")).not.toContain(`${run.folder}/`);
  });

  it("no file of the run", () => {
    expect(existsSync(run.folder)).toBe(false);
  });
});
