import { join } from "node:path";
import { execa } from "execa";
import { repositoryRoot } from "./repository.ts";

/** Branch that a source bundle has. */
export const bundleBranch = "main";

/**
 * Writes this working tree, changes and new files included, as one commit without a history into a git bundle, and resolves
 * to its path. Everything that this makes lies in `folder`; the repository itself stays as it is.
 */
export async function bundleSource(folder: string): Promise<string> {
  const bundle = join(folder, "source.bundle");
  const author = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  const git = async (...args: string[]): Promise<void> => {
    const environment = { GIT_DIR: join(folder, "repository.git"), GIT_WORK_TREE: repositoryRoot };
    await execa("git", args, { cwd: repositoryRoot, env: environment });
  };
  await git("init", "--quiet", `--initial-branch=${bundleBranch}`);
  await git("add", "--all");
  await git(...author, "commit", "--quiet", "--no-verify", "--message=Source under test");
  await git("bundle", "create", bundle, bundleBranch);
  return bundle;
}
