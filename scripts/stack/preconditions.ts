import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../host/error.ts";
import { stackNameProblem } from "../../components/model/vendor-names.ts";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";
import { pendingOperations, readDeployment, resources } from "../../toolchain/engine/state.ts";

/** Place that the state of stacks is kept in. */
export interface Backend {
  /** Address, such as `https://app.pulumi.com/ana`, `file:///srv/state` or `s3://bucket?region=…`. */
  readonly url: string;
  /** False for Pulumi Cloud, which encrypts by itself. */
  readonly wantsPassphrase: boolean;
}

/** Stack of the local clouds, whose file the repository has. */
export const localStack = "local";

/** Throws, with what to do, unless a stack may have that name. */
export function refuseName(stack: string): void {
  if (stack === localStack) {
    throw new Error(
      `${localStack} is the stack of the local clouds, and Pulumi.${localStack}.yaml its file: npm run local builds it. ` +
        "Take another name, such as prod. Nothing was changed.",
    );
  }
  const problem = stackNameProblem(stack);
  if (problem === undefined) return;
  const organisation = stack.includes("/")
    ? ` An organisation is chosen beforehand: npm run pulumi -- org set-default ORGANISATION.`
    : "";
  throw new Error(`${stack} ${problem}, such as prod.${organisation} Nothing was changed.`);
}

/**
 * Throws where the stack's file has secrets: they may be on a running node, and new ones would lock the program out of it.
 */
export function refuseExistingSecrets(projectFolder: string, stack: string): void {
  const file = join(projectFolder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file) || !/^\s+secure:/m.test(readFileSync(file, "utf8"))) return;
  throw new Error(
    `${file} already has encrypted settings, and they may be in use. Nothing was changed. Go on with them: ` +
      `npm run pulumi -- preview --stack ${stack}. For another network choose another name. To start again with this one, remove ` +
      `the stack for good first: npm run pulumi -- destroy --stack ${stack}, then npm run pulumi -- stack rm ${stack}`,
  );
}

/** Finds where the state of stacks is kept. Throws, with what to do, where nobody is logged in or it cannot be reached. */
export async function findBackend(cli: PulumiCli): Promise<Backend> {
  try {
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(await runPulumi(cli, ["whoami", "--json"])));
    return { url, wantsPassphrase: !url.startsWith("https://") };
  } catch (error) {
    throw new Error(
      `There is no place for the state yet: ${messageOf(error).replace(/^pulumi whoami failed: (error: )?/, "")}\nLog in to one that outlives ` +
        "this machine, then run this again. Nothing was asked, and nothing was changed.\n" +
        "  npm run pulumi -- login                  Pulumi Cloud\n" +
        "  npm run pulumi -- login 's3://BUCKET…'   a bucket; docs/production.md has the address for Spaces\n" +
        "  npm run pulumi -- login file:///FOLDER   a folder on a disk that is backed up",
      { cause: error },
    );
  }
}

/**
 * Looks whether the backend has the stack. Throws, with how to get its file back, where the stack has resources: the secrets that
 * they were made with are in that file alone.
 */
export async function findStack(cli: PulumiCli, stack: string, backend: Backend): Promise<boolean> {
  const stacks = stackList.parse(JSON.parse(await runPulumi(cli, ["stack", "ls", "--json"])));
  // Pulumi Cloud puts the organisation in front where it is not the usual one.
  const found = stacks.find(({ name }) => name.split("/").at(-1) === stack);
  if (found === undefined) return false;
  const state = await readDeployment({ pulumi: (...args) => runPulumi(cli, [...args, "--stack", found.name]) });
  const made = resources(state).filter(({ type }) => !type.startsWith("pulumi:"));
  const count = made.length + pendingOperations(state).length;
  if (count === 0) return true;
  throw new Error(
    `The stack ${stack} is in use: ${backend.url} has ${count} resources of it. Their secrets are in ` +
      `its file, and Pulumi.${stack}.yaml here has none: new ones would lock you out of the node and of all backups. ` +
      `Nothing was changed. Get the file back:\n` +
      `  git log --all --oneline -- Pulumi.${stack}.yaml    the commits that have it\n` +
      `  git checkout COMMIT -- Pulumi.${stack}.yaml        the file of one\n` +
      "or copy it from the machine, the clone or the backup that it was last used on. Then go on with\n" +
      `  npm run pulumi -- preview --stack ${stack}`,
  );
}

const stackList = z.array(z.object({ name: z.string() }));
