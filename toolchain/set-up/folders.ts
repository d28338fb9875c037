import { createHash } from "node:crypto";
import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";
import { pluginNames, type Versions } from "../versions.ts";
import type { PartName } from "./part.ts";

/** Root of this checkout. */
export const repository = path.resolve(import.meta.dirname, "../..");

/** Places of the toolchain's files: one set of them a user, not one a clone. Absolute paths. */
export interface Folders {
  /** The `PULUMI_HOME` of the local cloud. Never `~/.pulumi`. */
  readonly pulumiHome: string;
  /** Folder of compiled CLIs, each in a folder of its own. */
  readonly cliCache: string;
  /** The executable of each part; the engine and the npm package `pulumi` look at these places. */
  readonly executables: Readonly<Record<PartName, string>>;
  /** Node's compile cache for the stand-ins and the programs they run. */
  readonly compileCache: string;
}

/**
 * Finds the toolchain's folders under XDG's data and cache homes (XDG Base Directory Specification 0.8: a relative path there
 * is ignored). Toolchains of other versions stand beside each other.
 */
export function toolchainFolders(versions: Versions, environment: NodeJS.ProcessEnv = process.env): Folders {
  const pulumiHome = path.join(
    baseFolder(environment["XDG_DATA_HOME"], ".local/share"),
    "imera/toolchain",
    digestOf(versions),
  );
  const bin = path.join(pulumiHome, "versions", versions.cli, "bin");
  const plugins = pluginNames.map((name) => {
    const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${versions.plugins[name]}`);
    return [name, path.join(folder, `pulumi-resource-${name}`)] as const;
  });
  return {
    pulumiHome,
    cliCache: path.join(baseFolder(environment["XDG_CACHE_HOME"], ".cache"), "imera/pulumi-cli"),
    compileCache: path.join(pulumiHome, "compile-cache"),
    executables: {
      cli: path.join(bin, "pulumi"),
      "language-host": path.join(bin, "pulumi-language-nodejs"),
      node: path.join(pulumiHome, "node", versions.node, "bin", "node"),
      ...(Object.fromEntries(plugins) as Record<(typeof pluginNames)[number], string>),
    },
  };
}

function baseFolder(fromEnvironment: string | undefined, underHome: string): string {
  const given = fromEnvironment !== undefined && path.isAbsolute(fromEnvironment);
  return given ? fromEnvironment : path.join(homedir(), underHome);
}

function digestOf(versions: Versions): string {
  const contents = JSON.stringify([process.platform, process.arch, versions.cli, versions.plugins, versions.node]);
  return createHash("sha256").update(contents).digest("hex").slice(0, 16);
}
