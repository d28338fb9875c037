import { readFile } from "node:fs/promises";

import { execa } from "execa";

/** Where this machine has its Debian packages from: the droplets have theirs from the same place. */
export interface DebianMirrors {
  /** Code name of this machine's release. */
  readonly release: string;
  readonly archive: string;
  readonly security: string;
}

/** What /etc/os-release says. */
export interface OperatingSystem {
  readonly id: string;
  readonly codename: string;
  readonly prettyName: string;
}

/** This machine's mirrors, read from its own package sources; undefined when it is not Debian. */
export async function debianMirrors(): Promise<DebianMirrors | undefined> {
  const { id, codename } = await operatingSystem();
  if (id !== "debian") return undefined;
  // Without --no-release-info it lists nothing until `apt-get update` has run once.
  const { stdout } = await execa("apt-get", [
    "indextargets",
    "--no-release-info",
    "--format",
    "$(RELEASE)|$(REPO_URI)",
  ]);
  const sources = stdout.split("\n").map((line) => line.split("|"));
  const uriOf = (suite: string) => sources.find(([release]) => release === suite)?.[1];
  const archive = uriOf(codename);
  if (archive === undefined) return undefined;
  return { release: codename, archive, security: uriOf(`${codename}-security`) ?? archive };
}

/** sources.list of a machine with the release `suite`, backports among them. */
export function mirrorSources({ archive, security }: DebianMirrors, suite: string): string {
  const line = (uri: string, name: string) => `deb ${uri} ${name} main\n`;
  const withoutSecurity = ["", "-updates", "-backports"].map((suffix) => line(archive, `${suite}${suffix}`)).join("");
  return security === archive ? withoutSecurity : withoutSecurity + line(security, `${suite}-security`);
}

/** Reads /etc/os-release. */
export async function operatingSystem(): Promise<OperatingSystem> {
  const content = await readFile("/etc/os-release", "utf8");
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(content)?.[1] ?? "";
  return { id: value("ID"), codename: value("VERSION_CODENAME"), prettyName: value("PRETTY_NAME") };
}
