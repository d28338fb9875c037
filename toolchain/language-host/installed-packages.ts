import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** An npm package found on disk. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** The `pulumi` field of its package.json; undefined when it is no Pulumi package. */
  readonly pulumi: PulumiField | undefined;
}

/** The `pulumi` field of a package.json; `resource` tells that a provider plugin belongs to the package. */
export interface PulumiField {
  readonly resource?: boolean;
  readonly name?: string;
  readonly version?: string;
  readonly server?: string;
}

/** The provider plugin that a package asks for. */
export interface RequiredPlugin {
  readonly name: string;
  /** Without a leading `v`. */
  readonly version: string;
  /** URL of the server to download it from; empty for Pulumi's own host. */
  readonly server: string;
}

/**
 * Finds all packages under the `node_modules` that a program in `directory` resolves from: the nearest one upwards, and those
 * nested in its packages. Empty when there is none.
 */
export async function findInstalledPackages(directory: string): Promise<InstalledPackage[]> {
  const modules = await findNodeModules(directory);
  return modules === undefined ? [] : packagesIn(modules);
}

/** Finds the plugin that belongs to a package; undefined when none does. Name and version default to the package's own. */
export function pluginOf({ name, version, pulumi }: InstalledPackage): RequiredPlugin | undefined {
  if (pulumi?.resource !== true) return undefined;
  return {
    name: pulumi.name ?? name.replace(/^@pulumi\//, "").replace(/^@/, ""),
    version: (pulumi.version ?? version).replace(/^v/, ""),
    server: pulumi.server ?? "",
  };
}

/**
 * Finds the packages that the program's package.json lists, with the versions that are installed, or with `transitive` all
 * installed packages. A listed package that is not installed is left out.
 */
export async function findProgramDependencies(
  directory: string,
  transitive: boolean,
): Promise<Pick<InstalledPackage, "name" | "version">[]> {
  const installed = await findInstalledPackages(directory);
  if (transitive) return installed;
  const manifest = await readManifest(directory);
  const listed = new Set(Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }));
  return installed.filter(({ name }) => listed.delete(name));
}

async function findNodeModules(directory: string): Promise<string | undefined> {
  const candidate = path.join(directory, "node_modules");
  if ((await entriesOf(candidate)).length > 0) return candidate;
  const parent = path.dirname(directory);
  return parent === directory ? undefined : findNodeModules(parent);
}

async function packagesIn(modules: string): Promise<InstalledPackage[]> {
  const found = await Promise.all(
    (await entriesOf(modules)).map(async ({ name }) => {
      if (name.startsWith(".")) return [];
      const folder = path.join(modules, name);
      return name.startsWith("@") ? packagesIn(folder) : packageWithNested(folder);
    }),
  );
  return found.flat();
}

async function packageWithNested(folder: string): Promise<InstalledPackage[]> {
  const [manifest, nested] = await Promise.all([readManifest(folder), packagesIn(path.join(folder, "node_modules"))]);
  if (manifest?.name === undefined || manifest.version === undefined) return nested;
  return [{ name: manifest.name, version: manifest.version, pulumi: manifest.pulumi }, ...nested];
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly pulumi?: PulumiField;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await absentAs(undefined, readFile(path.join(folder, "package.json"), "utf8"));
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await absentAs([], readdir(folder, { withFileTypes: true }));
  return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
}

async function absentAs<Value, Fallback>(fallback: Fallback, reading: Promise<Value>): Promise<Value | Fallback> {
  try {
    return await reading;
  } catch (error) {
    const absent = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
    if (absent) return fallback;
    throw error;
  }
}
