import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Run } from "../../local/run/run.ts";
import { stackCli, stackFiles } from "../../local/stack/stack.ts";
import { stackName } from "../../local/stack/stack-name.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { type Measurement, median, ratio, seconds, timed } from "./table.ts";

const rounds = 5;

/**
 * `pulumi preview` of the network that runs, in turn with that of a program without any resource that has the same settings,
 * secrets among them, and the same runtime. Medians of five rounds.
 */
export async function measurePreview(run: Run, toolchain: Toolchain): Promise<Measurement[]> {
  const cli = stackCli(run, toolchain);
  const empty = await emptyProgram(run);
  try {
    const stateFolder = join(empty, "state");
    await mkdir(stateFolder);
    const emptyEnv = { ...cli.env, PULUMI_BACKEND_URL: `file://${stateFolder}` };
    const pulumi = async (cwd: string, env: typeof cli.env, ...args: string[]): Promise<void> => {
      const flags = ["--stack", stackName, "--non-interactive"];
      await execa(cli.command, [...args, ...flags], { cwd, env: { ...env }, extendEnv: false, stdin: "ignore" });
    };
    await pulumi(empty, emptyEnv, "stack", "init");
    const whole = (): Promise<void> =>
      pulumi(cli.projectFolder, cli.env, "preview", "--config-file", stackFiles(run).configFile);
    const nothing = (): Promise<void> => pulumi(empty, emptyEnv, "preview");
    const times = { whole: [] as number[], nothing: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.nothing.push(await timed(nothing));
      times.whole.push(await timed(whole));
    }
    const medians = { whole: median(times.whole), nothing: median(times.nothing) };
    return [
      { what: "`pulumi preview` of an empty program", value: seconds(medians.nothing) },
      { what: "`pulumi preview` of the whole network", value: seconds(medians.whole) },
      ratio("preview of the network beside the empty program", medians.whole, medians.nothing, 1.5),
    ];
  } finally {
    await rm(empty, { recursive: true });
  }
}

/** A project folder with the same Pulumi.yaml and packages, and a program that imports the SDK and makes nothing. */
async function emptyProgram(run: Run): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "imera-empty-"));
  for (const file of ["Pulumi.yaml", "package.json"]) await copyFile(join(repositoryRoot, file), join(folder, file));
  await copyFile(stackFiles(run).configFile, join(folder, `Pulumi.${stackName}.yaml`));
  await symlink(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "index.ts"), 'import "@pulumi/pulumi";\n');
  return folder;
}
