/**
 * Kind of an object in a bucket of backups. pgBackRest's repository is below `postgresql/`, restic's below `files/`.
 *
 * - `data`: contents, to which others refer.
 * - `index`: names data: restic's indexes, pgBackRest's manifests.
 * - `head`: what a restore begins with, and names indexes: restic's snapshots, pgBackRest's `*.info`.
 * - `not copied`: locks of running programs, and what is the copy's own.
 */
export type ObjectKind = "data" | "index" | "head" | "not copied";

/** Kinds in the order in which they are copied: whatever is there refers to nothing that is not. */
export const copyOrder = ["data", "index", "head"] as const satisfies readonly ObjectKind[];

/** Prefixes in the order in which a bucket is listed: what refers to others before those, which were written earlier. */
export const listingOrder = [
  "files/snapshots/",
  "postgresql/backup/imera/backup.info",
  "postgresql/archive/imera/archive.info",
  "files/index/",
  "",
] as const;

/** Objects without which there is no repository. */
export const essentialKeys = [
  "postgresql/backup/imera/backup.info",
  "postgresql/archive/imera/archive.info",
  "files/config",
] as const;

/** Prefix of what the copy notes about itself. */
export const notesPrefix = "imera-copy/";

/** Tells the kind of an object by its key. */
export function kindOfObject(key: string): ObjectKind {
  if (key.startsWith(notesPrefix) || key.startsWith("files/locks/")) return "not copied";
  if (key.startsWith("files/snapshots/") || isInfo(key)) return "head";
  if (key.startsWith("files/index/") || isManifest(key)) return "index";
  return "data";
}

/** Gives the SHA-256 that an object's content must have, in hex: restic names objects by it. Undefined for others. */
export function sha256InName(key: string): string | undefined {
  return /^files\/(?:data\/[0-9a-f]{2}|index|keys|snapshots)\/([0-9a-f]{64})$/.exec(key)?.[1];
}

/** Tells whether the content begins with the word that every encrypted file of pgBackRest's own begins with. */
export function isEncryptedByPgBackRest(key: string): boolean {
  return isInfo(key) || isManifest(key);
}

/** First bytes of what pgBackRest has encrypted. */
export const encryptedBeginning = "Salted__";

/**
 * Finds the objects that nobody overwrites among those with other content than the copy's: what a backup that was finished is made
 * of, and the write-ahead log. `isInCopy` tells whether the copy has a key.
 */
export function overwritten(keys: readonly string[], isInCopy: (key: string) => boolean): string[] {
  return keys.filter((key) => {
    if (key.startsWith("files/")) return true;
    if (/^postgresql\/archive\/[^/]+\/[^/]+\/[0-9A-F]{16}\/[0-9A-F]{24}-[0-9a-f]{40}/.test(key)) return true;
    const [, folder] = /^(postgresql\/backup\/[^/]+\/[0-9]{8}-[0-9]{6}F[^/]*\/)/.exec(key) ?? [];
    // pgBackRest goes on with a backup that was cut off, which has no manifest yet.
    return folder !== undefined && !key.endsWith(".copy") && isInCopy(`${folder}backup.manifest`);
  });
}

/** Label of the newest backup of the database among these keys; undefined where there is none. */
export function newestBackup(keys: Iterable<string>): string | undefined {
  let newest: string | undefined;
  for (const key of keys) {
    const [, label, time = ""] =
      /^postgresql\/backup\/imera\/(\d{8}-\d{6}F(?:_(\d{8}-\d{6})[DI])?)\/backup\.manifest$/.exec(key) ?? [];
    if (label === undefined) continue;
    if (newest === undefined || timeOf(label, time) > timeOf(newest)) newest = label;
  }
  return newest;
}

function timeOf(label: string, time = /_(\d{8}-\d{6})/.exec(label)?.[1] ?? ""): string {
  return time === "" ? label.slice(0, "20261126-030000".length) : time;
}

function isInfo(key: string): boolean {
  return /^postgresql\/(backup|archive)\/[^/]+\/(backup|archive)\.info(\.copy)?$/.test(key);
}

function isManifest(key: string): boolean {
  return /^postgresql\/backup\/[^/]+\/[^/]+\/backup\.manifest(\.copy)?$/.test(key);
}
