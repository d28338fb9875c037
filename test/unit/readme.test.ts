import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settingsSchema } from "../../components/settings/schema.ts";
import { sizes } from "../../local/digitalocean/catalogue.ts";
import { repositoryRoot } from "../runner/repository.ts";

const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
const devicesPerGiB = 150;
const volumeUsdPerGiB = 0.1;

describe("README", () => {
  it("has prices that are DigitalOcean's, and sums that are right", () => {
    const row = /^\| `([^`]+)` +\| ([\d,]+) +\| (\d+) +\| (\d+) \((\d+) GiB\) *\| (\d+) +\| (\d+) *\|$/gm;
    const rows = [...readme.matchAll(row)].map(([, size, devices, ...usd]) => {
      const [droplet, volume, volumeGiB, spaces, sum] = usd.map(Number);
      return { size, devices: Number(devices?.replace(",", "")), droplet, volume, volumeGiB, spaces, sum };
    });
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const { size, devices, droplet = 0, volume = 0, volumeGiB = 0, spaces = 0, sum } of rows) {
      const offered = sizes.find(({ slug }) => slug === size);
      expect({ size, droplet }).toEqual({ size, droplet: offered?.priceMonthlyUsd });
      expect(devices).toBe(((offered?.memoryMiB ?? 0) / 1024) * devicesPerGiB);
      expect(volume).toBe(volumeGiB * volumeUsdPerGiB);
      expect(sum).toBe(droplet + volume + spaces);
    }
    const { size, volumeSizeGiB } = settingsSchema.shape;
    const byDefault = { size: size.parse(undefined), volumeGiB: volumeSizeGiB.parse(undefined) };
    expect(rows[0], "the first row is what a new stack has").toMatchObject(byDefault);
    expect(readme).toMatch(/US dollars a month without tax, in \w+ \d{4}/);
  });

  it("says beside production that it never ran there, and before the commands for whom it is and what it needs", () => {
    const beside = readme.slice(readme.indexOf("is [production]"), readme.indexOf("## Is it for you?"));
    expect(beside).toMatch(/never run on the vendors' own clouds/);
    const forYou = readme.slice(readme.indexOf("## Is it for you?"), readme.indexOf("## Commands"));
    for (const word of ["groups of", "OMEMO", "a domain whose zone is at Cloudflare", "Patches", "Moving in"]) {
      expect(forYou).toContain(word);
    }
  });

  it("needs no more than 80 columns of a terminal, but for links", () => {
    const wide = readme.split("\n").filter((line) => line.replaceAll(/\]\([^)]*\)/g, "]").length > 80);
    expect(wide).toEqual([]);
  });
});
