import { fileURLToPath } from "node:url";
import { staticFiles, type NodeFile } from "../node/files.ts";

/**
 * Reads the files of the droplet that watches, sorted by path: those under `components/watch/files/`, which mirrors its root, and
 * those of a node that it has too. Throws when one of these is missing.
 */
export function watcherFiles(): readonly NodeFile[] {
  const own = staticFiles(fileURLToPath(new URL("files/", import.meta.url)));
  const ofNodes = staticFiles();
  const shared = ofNodes.filter(({ path }) => sharedPaths.includes(path) || program.test(path));
  const missing = sharedPaths.find((path) => !shared.some((file) => file.path === path));
  if (missing !== undefined) throw new Error(`components/files${missing}: is missing, and the watcher needs it`);
  return [...own, ...shared].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Picks the files that must be there before the first SSH session is opened; all others come over SSH. */
export function watcherFirstBootFiles(): readonly NodeFile[] {
  return watcherFiles().filter(({ path }) => firstBootPaths.has(path));
}

const library = "/usr/local/lib/imera";
const program =
  /^\/usr\/local\/lib\/imera\/watcher\/|^\/usr\/local\/(lib\/imera\/watch-eye|sbin\/imera-watch)$|\/imera-watch\.service$/;

const beforeSsh = [
  "/etc/ssh/sshd_config.d/05-imera-host-key.conf",
  "/etc/ssh/sshd_config.d/10-imera.conf",
  ...["advice", "atomic", "documents", "facts", "program", "trouble"].map((name) => `${library}/node/${name}.py`),
  "/usr/local/sbin/imera-apply",
  "/usr/local/sbin/imera-first-contact",
];

const firstBootPaths: ReadonlySet<string> = new Set(beforeSsh);

const sharedPaths: readonly string[] = [
  ...beforeSsh,
  "/etc/apt/apt.conf.d/90-imera",
  "/etc/dpkg/dpkg.cfg.d/90-imera",
  "/etc/systemd/journald.conf.d/50-imera.conf",
  `${library}/install-packages`,
  `${library}/node/commands.py`,
  `${library}/node/packages.py`,
  `${library}/erase-first-contact-key`,
  `${library}/step.sh`,
  `${library}/steps/80-watch`,
  "/usr/local/sbin/imera-accept-secrets",
];
