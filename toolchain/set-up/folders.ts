import { createHash } from "node:crypto";
import path from "node:path";
import process from "node:process";
import { userFolder } from "../../host/user-folders.ts";
import { pluginNames, type Versions } from "../versions.ts";
import type { PartName } from "./part.ts";

/** Root of this checkout. */
export const repository = path.resolve(import.meta.dirname, "../..");

/** Places of a toolchain's files. Absolute paths. */
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
 * Finds a toolchain's folders in the user's data and cache folders: the official one's of these versions or, with the digest
 * of its substitutes, that of all checkouts with the same ones. Each stands beside the others, so none changes under another.
 */
export function toolchainFolders(
  versions: Versions,
  environment: NodeJS.ProcessEnv,
  substitutesDigest?: string,
): Folders {
  const name = [digestOf(versions), substitutesDigest].filter((digest) => digest !== undefined).join("-");
  const pulumiHome = path.join(userFolder("data", environment), "toolchain", name);
  const bin = path.join(pulumiHome, "versions", versions.cli, "bin");
  const plugins = pluginNames.map((name) => {
    const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${versions.plugins[name]}`);
    return [name, path.join(folder, `pulumi-resource-${name}`)] as const;
  });
  return {
    pulumiHome,
    cliCache: path.join(userFolder("cache", environment), "pulumi-cli"),
    compileCache: path.join(pulumiHome, "compile-cache"),
    executables: {
      cli: path.join(bin, "pulumi"),
      "language-host": path.join(bin, "pulumi-language-nodejs"),
      node: path.join(pulumiHome, "node", versions.node, "bin", "node"),
      ...(Object.fromEntries(plugins) as Record<(typeof pluginNames)[number], string>),
    },
  };
}

function digestOf(versions: Versions): string {
  const contents = JSON.stringify([process.platform, process.arch, versions.cli, versions.plugins, versions.node]);
  return createHash("sha256").update(contents).digest("hex").slice(0, 16);
}
