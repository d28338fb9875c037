import { existsSync } from "node:fs";
import process from "node:process";
import { pluginNames, type PluginName, type Versions } from "../versions.ts";
import type { MakeBundle } from "./bundle.ts";
import type { Folders } from "./folders.ts";
import { installOfficialCli, installOfficialPlugin } from "./official.ts";
import type { Origin, PartName } from "./part.ts";
import { placeFile } from "./place-file.ts";
import { inspectCli, installBuiltCli } from "./pulumi-cli.ts";
import type { RunCommand } from "./run-command.ts";
import { inspectStandIn, installStandIn, type PlaceState } from "./stand-in.ts";

/** Plan for one part of the toolchain: finds it, and puts it in place, from its vendor or without. */
export interface PartPlan {
  readonly part: PartName;
  readonly version: string;
  /** Resolves to the origin of the part that is in place, or to undefined when there is none. */
  find(): Promise<Origin | undefined>;
  /** Puts the vendor's part in place, in place of one of ours. */
  installOfficial(): Promise<void>;
  /** Puts our own build or stand-in in place, for machines where the vendor's part cannot be had. */
  installSubstitute(): Promise<void>;
}

/** Tools and places that all plans share. */
export interface PlanContext {
  readonly folders: Folders;
  readonly versions: Versions;
  readonly run: RunCommand;
  readonly bundle: MakeBundle;
  readonly report: (line: string) => void;
  /** Puts a Go in place before something is built. */
  readonly provideGo: (report: (line: string) => void) => Promise<void>;
}

/** Makes the plans for all parts, in the order in which they are carried out: a plugin's download needs the CLI. */
export function partPlans(context: PlanContext): PartPlan[] {
  return [
    nodePlan(context),
    cliPlan(context),
    languageHostPlan(context),
    ...pluginNames.map((name) => pluginPlan(name, context)),
  ];
}

/** Node comes from npm with the packages. A copy of it serves the stand-ins when the clone that set them up is gone. */
function nodePlan({ folders, versions }: PlanContext): PartPlan {
  const place = () => placeFile(process.execPath, folders.executables.node);
  return {
    part: "node",
    version: versions.node,
    find: () => Promise.resolve(existsSync(folders.executables.node) ? "official" : undefined),
    installOfficial: place,
    installSubstitute: place,
  };
}

function cliPlan(context: PlanContext): PartPlan {
  return {
    part: "cli",
    version: context.versions.cli,
    find: async () => originOf(await inspectCli(context.folders.executables.cli), "built"),
    installOfficial: () => installOfficialCli(context),
    installSubstitute: () => installBuiltCli(context),
  };
}

/** The official language host is part of the CLI's archive. */
function languageHostPlan(context: PlanContext): PartPlan {
  const version = context.versions.cli;
  const entry = "toolchain/language-host/main.ts";
  return {
    ...standInPlan({ part: "language-host", version, entry }, context),
    installOfficial: () => installOfficialCli(context),
  };
}

function pluginPlan(name: PluginName, context: PlanContext): PartPlan {
  const version = context.versions.plugins[name];
  const entry = `toolchain/plugins/${name}/main.ts`;
  return {
    ...standInPlan({ part: name, version, entry }, context),
    installOfficial: () => installOfficialPlugin(name, context),
  };
}

function standInPlan(
  standIn: Parameters<typeof installStandIn>[0],
  { folders, report, bundle }: PlanContext,
): Omit<PartPlan, "installOfficial"> {
  return {
    part: standIn.part,
    version: standIn.version,
    find: async () => originOf(await inspectStandIn(folders.executables[standIn.part]), "stand-in"),
    async installSubstitute() {
      report(`Installing the stand-in of ${standIn.part} ${standIn.version}…`);
      await installStandIn(standIn, folders, bundle);
    },
  };
}

function originOf(state: PlaceState, ours: Origin): Origin | undefined {
  switch (state) {
    case "foreign":
      return "official";
    case "ours":
      return ours;
    case "absent":
      return undefined;
  }
}
