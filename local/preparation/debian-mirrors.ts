import { readFile } from "node:fs/promises";

import { execa } from "execa";

/** Mirrors of Debian that this machine's package sources name. Droplets get their packages from these, too. */
export interface DebianMirrors {
  /** Code name of this machine's release. */
  readonly release: string;
  /** URL of the archive. */
  readonly archive: string;
  /** URL of the security updates. */
  readonly security: string;
}

/** Identity of this machine's operating system, from /etc/os-release. */
export interface OperatingSystem {
  readonly id: string;
  readonly codename: string;
  readonly prettyName: string;
}

/** Reads this machine's mirrors from its own package sources; undefined when it is not Debian. */
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

/** Writes the sources.list of a machine with the release `suite`, backports among them. */
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
