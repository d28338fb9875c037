import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { repositoryRoot } from "./repository.ts";

const requirements = join(repositoryRoot, "test/tools/requirements.txt");
const library = join(repositoryRoot, "components/files/usr/local/lib/imera");

/** Checks the types of the node's Python with mypy. `paths` are relative to the repository. Resolves to its output, or nothing. */
export async function pythonTypeProblems(paths: readonly string[]): Promise<string[]> {
  const python = await ensureMypy();
  const settings = ["--config-file", join(repositoryRoot, "test/tools/mypy.ini")];
  const cache = ["--cache-dir", join(repositoryRoot, "node_modules/.cache/mypy")];
  const files = paths.map((path) => join(repositoryRoot, path));
  const result = await execa(python, ["-m", "mypy", ...settings, ...cache, ...files], {
    env: { MYPYPATH: library },
    reject: false,
    all: true,
  });
  return result.failed ? [result.all === "" ? `mypy: ${result.shortMessage ?? "failed"}` : result.all] : [];
}

/** Makes a virtual environment with the pinned mypy, once for each content of the requirements. Resolves to its Python. */
async function ensureMypy(): Promise<string> {
  const digest = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const folder = join(repositoryRoot, "node_modules/.cache", `python-tools-${digest}`);
  if (!existsSync(folder)) await makeEnvironment(folder);
  return join(folder, "bin/python");
}

/** Makes the virtual environment under a name of its own first, so that one that was cut off is not taken for whole. */
async function makeEnvironment(folder: string): Promise<void> {
  const made = `${folder}.new`;
  await rm(made, { recursive: true, force: true });
  await execa("python3", ["-m", "venv", made], { cwd: "/" });
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes"];
  await execa(join(made, "bin/pip"), ["install", ...options, "--requirement", requirements], { cwd: "/" });
  await rename(made, folder);
}
