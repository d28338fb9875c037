import { log } from "@pulumi/pulumi";
import { expect, it, onTestFinished, vi } from "vitest";
import { spacesRegionProblems } from "./spaces-region.ts";

/**
 * Looks for Spaces in a region, where the DNS answers with an error of this code, or finds the name. `alive`: it finds the
 * names of regions that are known.
 */
async function look(region: string, code?: string, alive = true) {
  const asked: string[] = [];
  const warn = vi.spyOn(log, "warn").mockResolvedValue(undefined);
  onTestFinished(() => warn.mockRestore());
  const problems = await spacesRegionProblems(
    { backupRegion: region, backupEndpoint: "", spacesEndpoint: undefined },
    (host) => {
      asked.push(host);
      return code === undefined || (alive && host.startsWith("ams3."))
        ? Promise.resolve()
        : Promise.reject(Object.assign(new Error(code), { code }));
    },
  );
  return { problems, asked, warnings: warn.mock.calls.map(([text]) => text) };
}

it("refuses a region whose Spaces have no name", async () => {
  const { problems, asked } = await look("ams4", "ENOTFOUND");
  expect(asked).toEqual(["ams4.digitaloceanspaces.com", "ams3.digitaloceanspaces.com"]);
  expect(problems).toEqual([expect.stringMatching(/^imera:backupRegion: ams4 has no Spaces.*ams3, /)]);
});

it.each([
  ["a region that came after this version", undefined, true, "only known when the bucket is made"],
  ["a machine whose DNS does not answer", "EAI_AGAIN", true, "this machine's DNS does not say"],
  ["a machine whose DNS knows no name", "ENOTFOUND", false, "this machine's DNS does not say"],
])("warns, and refuses nothing: %s", async (_what, code, alive, warning) => {
  const { problems, warnings } = await look("mar1", code, alive);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining(warning)]);
});

it("asks nobody about a region that is known, and nothing about another provider's", async () => {
  expect(await look("ams3", "ENOTFOUND")).toEqual({ problems: [], asked: [], warnings: [] });
  const elsewhere = { backupRegion: "eu-west-1", backupEndpoint: "s3.example.com", spacesEndpoint: undefined };
  expect(await spacesRegionProblems(elsewhere, () => Promise.reject(new Error("asked")))).toEqual([]);
});
