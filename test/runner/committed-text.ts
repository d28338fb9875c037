import type { CommittedFile } from "./repository.ts";

/** Longest source file, in lines. Longer ones do more than one thing. */
export const maxSourceLines = 250;

/**
 * Addresses of package registries: which one a machine uses is the machine's setting, never the repository's. Written in
 * pieces, so that this file does not find itself.
 */
const registryHosts = [
  ["registry", "npmjs", "org"],
  ["registry", "yarnpkg", "com"],
  ["deb", "debian", "org"],
  ["security", "debian", "org"],
  ["archive", "ubuntu", "com"],
  ["proxy", "golang", "org"],
  ["sum", "golang", "org"],
  ["files", "pythonhosted", "org"],
].map((labels) => labels.join("."));

/** Documents of vendors, as they publish them. */
const vendorFolder = "test/contracts/";

/** Each place where a committed file of ours names a package registry's host, or the path of this checkout. */
export function machineNames(files: readonly CommittedFile[], checkoutPath: string): string[] {
  const names = checkoutPath.split("/").length > 2 ? [...registryHosts, checkoutPath] : registryHosts;
  const ours = files.filter(({ path }) => !path.startsWith(vendorFolder));
  return ours.flatMap((file) =>
    names.filter((name) => file.text.includes(name)).map((name) => `${file.path}: names ${name}`),
  );
}

/** Each source file that is longer than {@link maxSourceLines}. */
export function longSources(files: readonly CommittedFile[]): string[] {
  return files
    .filter((file) => isSource(file))
    .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > maxSourceLines)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${maxSourceLines}`);
}

/** Every committed file that a shell runs: by its first line, or by its name where it is only sourced. */
export function shellScripts(files: readonly CommittedFile[]): string[] {
  return files
    .filter(({ path, text }) => path.endsWith(".sh") || /^#!.*\b(ba|da)?sh\b/.test(text.slice(0, 80)))
    .map(({ path }) => path);
}

function isSource(file: CommittedFile): boolean {
  return /\.(ts|mjs|js|py|sh)$/.test(file.path) || file.text.startsWith("#!");
}
