import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import type { PluginName, Versions } from "../versions.ts";
import { repository, type Folders } from "./folders.ts";
import { ToolchainError } from "./part.ts";
import type { RunCommand } from "./run-command.ts";

/** Options of installing an official part. */
export interface OfficialInstall {
  readonly folders: Folders;
  readonly versions: Versions;
  readonly run: RunCommand;
  /** Receives each step, for a person to read. */
  readonly report: (line: string) => void;
}

/**
 * Installs the official CLI with its language hosts, by the npm package `pulumi`, which runs Pulumi's own install script.
 * What stood at its place is replaced.
 *
 * @throws ToolchainError when the download fails.
 */
export async function installOfficialCli({ folders, versions, run, report }: OfficialInstall): Promise<void> {
  report(`Fetching the official Pulumi CLI ${versions.cli}…`);
  const wrapper = path.join(repository, "node_modules/pulumi/run.js");
  await installAside(folders, path.join("versions", versions.cli), "cli", (pulumiHome) =>
    run({
      file: process.execPath,
      args: [wrapper, "version"],
      environment: { PULUMI_HOME: pulumiHome, PULUMI_VERSION: versions.cli },
    }),
  );
}

/**
 * Installs an official provider plugin of the pinned version with the CLI that is in place. What stood at its place is
 * replaced.
 *
 * @throws ToolchainError when the download fails.
 */
export async function installOfficialPlugin(plugin: PluginName, install: OfficialInstall): Promise<void> {
  const { folders, versions, run, report } = install;
  const version = versions.plugins[plugin];
  report(`Fetching the official plugin ${plugin} ${version}…`);
  await installAside(folders, path.join("plugins", `resource-${plugin}-v${version}`), plugin, (pulumiHome) =>
    run({
      file: folders.executables.cli,
      args: ["plugin", "install", "resource", plugin, version],
      environment: { PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
    }),
  );
}

/** Installs into a `PULUMI_HOME` of its own and moves the one wanted folder over: a download that breaks off leaves no trace. */
async function installAside(
  folders: Folders,
  wanted: string,
  part: string,
  install: (pulumiHome: string) => ReturnType<RunCommand>,
): Promise<void> {
  await mkdir(folders.pulumiHome, { recursive: true });
  const aside = await mkdtemp(path.join(folders.pulumiHome, ".install-"));
  try {
    const { failure, stderr } = await install(aside);
    const fresh = path.join(aside, wanted);
    if (failure !== undefined || !existsSync(fresh)) {
      const why = failure === undefined ? `nothing was installed at ${wanted}.` : `${failure}\n${stderr.trim()}`;
      throw new ToolchainError(part, why, "Pulumi's download host answered just before. Run it again.");
    }
    const target = path.join(folders.pulumiHome, wanted);
    await mkdir(path.dirname(target), { recursive: true });
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
