import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findInstalledPackages, findProgramDependencies, pluginOf } from "./installed-packages.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imera-packages-"));
  manifest(".", { dependencies: { "@pulumi/cloud": "^1.0.0", plain: "^2.0.0" } });
  manifest("node_modules/plain", { name: "plain", version: "2.1.0" });
  manifest("node_modules/@pulumi/cloud", { name: "@pulumi/cloud", version: "1.2.3", pulumi: { resource: true } });
  const nested = { resource: true, name: "other", version: "v4.5.6", server: "https://plugins.example.org" };
  manifest("node_modules/plain/node_modules/@acme/sdk", { name: "@acme/sdk", version: "9.9.9", pulumi: nested });
  mkdirSync(path.join(folder, "node_modules/.bin"));
  mkdirSync(path.join(folder, "program/deep"), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

it("finds packages at any depth, from any folder below", async () => {
  const found = await findInstalledPackages(path.join(folder, "program/deep"));
  expect(found.map(({ name, version }) => `${name}@${version}`).toSorted()).toEqual([
    "@acme/sdk@9.9.9",
    "@pulumi/cloud@1.2.3",
    "plain@2.1.0",
  ]);
});

it("names the plugin after the package where it does not say, and takes its own word where it does", async () => {
  const plugins = (await findInstalledPackages(folder)).map(pluginOf).filter((plugin) => plugin !== undefined);
  expect(plugins.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
    { name: "cloud", version: "1.2.3", server: "" },
    { name: "other", version: "4.5.6", server: "https://plugins.example.org" },
  ]);
});

it("tells direct dependencies from the others", async () => {
  const names = async (transitive: boolean) =>
    (await findProgramDependencies(folder, transitive)).map(({ name }) => name).toSorted();
  expect(await names(false)).toEqual(["@pulumi/cloud", "plain"]);
  expect(await names(true)).toEqual(["@acme/sdk", "@pulumi/cloud", "plain"]);
});

function manifest(place: string, content: object): void {
  mkdirSync(path.join(folder, place), { recursive: true });
  writeFileSync(path.join(folder, place, "package.json"), JSON.stringify(content));
}
