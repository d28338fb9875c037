import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { isAtLeast } from "./set-up/go.ts";
import { pluginNames, versions } from "./versions.ts";

const repository = path.resolve(import.meta.dirname, "..");
const goMod = read("toolchain/pulumi-cli/go.mod");

describe("versions", () => {
  it("has plain versions everywhere: no ranges, no tags", () => {
    for (const version of [versions.cli, versions.node, ...Object.values(versions.plugins)]) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it.each(["pkg", "sdk"])("builds the CLI of its own version: %s in go.mod", (module) => {
    expect(goMod).toMatch(
      new RegExp(`github\\.com/pulumi/pulumi/${module}/v3 v${versions.cli.replaceAll(".", "\\.")}\\b`),
    );
  });

  it.each(["pulumi", "node"] as const)("has the package %s installed in its version", (name) => {
    expect(installed(name).version).toBe(name === "pulumi" ? versions.cli : versions.node);
  });

  it.each(pluginNames)("has the SDK of %s installed, which asks for the plugin in the same version", (name) => {
    const { version, pulumi } = installed(`@pulumi/${name}`);
    expect(version).toBe(versions.plugins[name]);
    expect(pulumi).toEqual({ resource: true, name, version: versions.plugins[name] });
  });

  it("runs a Node that the SDK works with", () => {
    expect(isAtLeast(versions.node, "22.18.0")).toBe(true);
    expect(read(".node-version").trim().split(".")[0]).toBe(versions.node.split(".")[0]);
  });

  it("lets no workflow bring a CLI of its own beside the toolchain's", () => {
    const folder = path.join(repository, ".github/workflows");
    const pins = readdirSync(folder).flatMap((file) => pulumiVersions(parse(read(`.github/workflows/${file}`))));
    expect(pins).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(path.join(repository, file), "utf8");
}

function installed(name: string): z.infer<typeof manifestSchema> {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return manifestSchema.parse(JSON.parse(readFileSync(manifest, "utf8")));
}

const manifestSchema = z.object({ version: z.string(), pulumi: z.unknown().optional() });

/** The values of every key `pulumi-version` in a workflow. */
function pulumiVersions(node: unknown): unknown[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    key === "pulumi-version" ? [value] : pulumiVersions(value),
  );
}
