import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataMountPoint, postgresqlVersion } from "../model/node-facts.ts";

/** Text file for a node, as `/usr/local/sbin/imera-apply` takes it. */
export interface NodeFile {
  /** Absolute, on the node. */
  readonly path: string;
  /** Four octal digits. */
  readonly mode: string;
  /** User and group: `root:root`. */
  readonly owner: string;
  readonly content: string;
}

/**
 * Reads the files under `components/files/`, which mirrors a node's root; executable ones stay so. Sorted by path. In systemd's
 * units and the list of packages, which cannot read the node's facts, `{{mountPoint}}` and `{{postgresqlVersion}}` are replaced.
 */
export function staticFiles(root = fileURLToPath(new URL("../files/", import.meta.url))): readonly NodeFile[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((name) => ({ name, file: join(root, name) }))
    .filter(({ file }) => statSync(file).isFile())
    .map(({ name, file }) => ({
      path: `/${name}`,
      mode: (statSync(file).mode & 0o100) === 0 ? "0644" : "0755",
      owner: "root:root",
      content: withFacts(name, readFileSync(file, "utf8")),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function withFacts(name: string, text: string): string {
  if (!name.startsWith("etc/systemd/system/") && `/${name}` !== packageList) return text;
  return text.replaceAll("{{mountPoint}}", dataMountPoint).replaceAll("{{postgresqlVersion}}", postgresqlVersion);
}

/**
 * Picks the files that must be there before the first package is installed or the first SSH session is opened; all others come
 * over SSH. Throws when one is missing.
 */
export function firstBootFiles(files: readonly NodeFile[]): readonly NodeFile[] {
  return firstBootPaths.map((path) => {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`components/files${path}: is missing, and a node cannot boot without it`);
    return file;
  });
}

/** Reads the packages of a node as apt-get takes them: `NAME`, or `NAME/RELEASE` where it is to come from that release alone. */
export function nodePackages(): readonly string[] {
  const list = staticFiles().find(({ path }) => path === packageList);
  const lines = list?.content.split("\n").map((line) => line.replace(/#.*/, "").trim()) ?? [];
  return lines.filter((line) => line !== "");
}

/** Renders the standard input of `imera-apply`. */
export function fileBundle(files: readonly NodeFile[]): string {
  return JSON.stringify({ files });
}

/** Makes a file for root to write and everybody to read, with a document as JSON that people can read too. */
export function jsonFile(path: string, document: object): NodeFile {
  return { path, mode: "0644", owner: "root:root", content: `${JSON.stringify(document, undefined, 2)}\n` };
}

/** Gives the SHA-256 of a text in hexadecimal, by which a change is seen without showing the text. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const packageList = "/usr/local/lib/imera/packages";

const firstBootPaths = [
  "/etc/apt/apt.conf.d/90-imera",
  "/etc/apt/preferences.d/90-imera",
  "/etc/dpkg/dpkg.cfg.d/90-imera",
  "/etc/postgresql-common/createcluster.d/imera.conf",
  "/etc/ssh/sshd_config.d/05-imera-host-key.conf",
  "/etc/ssh/sshd_config.d/10-imera.conf",
  "/etc/systemd/system/ejabberd.service.d/50-imera.conf",
  "/etc/systemd/system/epmd.socket.d/50-imera.conf",
  "/usr/local/lib/imera/install-packages",
  "/usr/local/lib/imera/node/advice.py",
  "/usr/local/lib/imera/node/atomic.py",
  "/usr/local/lib/imera/node/documents.py",
  "/usr/local/lib/imera/node/facts.py",
  "/usr/local/lib/imera/node/packages.py",
  "/usr/local/lib/imera/node/program.py",
  "/usr/local/lib/imera/node/trouble.py",
  packageList,
  "/usr/local/sbin/imera-apply",
  "/usr/local/sbin/imera-first-contact",
];
