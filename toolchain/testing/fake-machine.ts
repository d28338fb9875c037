import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Command, CommandResult } from "../set-up/run-command.ts";
import { versions } from "../versions.ts";

/** Makes a stand-in for what a set-up reaches out to: the download host, Go, the official installers. */
export function fakeMachine() {
  const commands: string[] = [];
  return {
    commands,
    reported: [] as string[],
    timesAsked: 0,
    hostAnswers: false,
    goIsMissing: false,
    buildFailure: undefined as string | undefined,
    downloadFailure: undefined as string | undefined,
    ran(part: string): string[] {
      return commands.filter((command) => command.includes(part));
    },
    run(command: Command): Promise<CommandResult> {
      const line = [command.file, ...command.args].join(" ");
      commands.push(line);
      if (command.file === "go") return Promise.resolve(this.go(command));
      if (this.downloadFailure !== undefined) return Promise.resolve(failed(this.downloadFailure));
      const home = command.environment?.["PULUMI_HOME"] ?? "";
      if (line.includes("run.js")) return Promise.resolve(installCli(home));
      const [, , , name = "", version = ""] = command.args;
      install(path.join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`));
      return Promise.resolve(succeeded(""));
    },
    go({ args }: Command): CommandResult {
      if (this.goIsMissing) return failed("spawn go ENOENT");
      if (args[0] === "version") return succeeded("go version go1.26.8 linux/amd64");
      if (args[0] === "list") return succeeded("fmt\ngithub.com/pulumi/pulumi/pkg/v3/cmd/pulumi");
      if (this.buildFailure !== undefined) return { ...failed("exit code 1"), stderr: this.buildFailure };
      install(args[args.indexOf("-o") + 1] ?? "");
      return succeeded("");
    },
  };
}

function installCli(home: string): CommandResult {
  const bin = path.join(home, "versions", versions.cli, "bin");
  install(path.join(bin, "pulumi"));
  install(path.join(bin, "pulumi-language-nodejs"));
  return succeeded(`v${versions.cli}`);
}

/** Puts an executable that is not ours at a path, as an official installer does. */
export function install(executable: string): void {
  mkdirSync(path.dirname(executable), { recursive: true });
  writeFileSync(executable, "\u007fELF and so on", { mode: 0o755 });
}

function succeeded(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: "", failure: undefined };
}

function failed(failure: string): CommandResult {
  return { exitCode: 1, stdout: "", stderr: "", failure };
}
