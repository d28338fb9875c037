import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { decryptPassword, type BlowfishKey } from "./password.ts";
import {
  isWhole,
  provesPassword,
  scramCredentials,
  scramHashes,
  type ScramCredential,
  type ScramHash,
} from "./scram.ts";

/** What a person can log in with: credentials, and how they were come by. */
export interface Credentials {
  /** Empty: nobody knows a password for the account, and it needs a new one. */
  readonly scram: readonly ScramCredential[];
  readonly origin: PasswordOrigin;
}

/**
 * `proven`: equal to a hash that was kept beside it; `known`: none was kept; `hashes`: the hashes of all mechanisms; `hash`: not of all of
 * them; `none`: no password comes over; `here`: none comes over, and the account has one here.
 */
export type PasswordOrigin = "proven" | "known" | "hashes" | "hash" | "none" | "here";

/** Keys to try, and what is said where none is right. */
export interface PasswordKeys {
  readonly keys: readonly BlowfishKey[];
  /** Class of another server's that checks passwords. */
  readonly foreignPasswords: string | undefined;
  /** Whether an export wrote them, which puts a person's own name in the place of a password that it cannot read. */
  readonly isExport: boolean;
}

/** Finds out a person's credentials. `row` is of `ofuser`; `salts` are those of an import before this one. */
export async function credentialsOf(
  copy: WorkingCopy,
  row: CopiedRow,
  { keys, foreignPasswords, isExport }: PasswordKeys,
  salts: Readonly<Partial<Record<ScramHash, string>>>,
  tally: Tally,
): Promise<Credentials> {
  const user = row["username"] ?? "";
  const none = (reason: string): Credentials => {
    tally.lost("passwords", reason, user);
    return { scram: [], origin: "none" };
  };
  if (foreignPasswords !== undefined) {
    return none(`it is checked elsewhere (${foreignPasswords.split(".").at(-1) ?? ""})`);
  }
  const hashes = keptCredentials(copy, row);
  const [kept] = hashes;
  const candidates = passwordCandidates(row, keys);
  const password = kept === undefined ? candidates[0] : candidates.find((candidate) => provesPassword(kept, candidate));
  if (password === undefined) {
    if (kept === undefined) {
      return none(typeof row["encryptedpassword"] !== "string" ? "none is kept" : "the key does not decrypt it");
    }
    if (candidates.length > 0) {
      tally.remark(user, "passwords: what decrypts is another one than the hash proves; the hash comes over");
    }
    return keptHashes(user, hashes, tally);
  }
  if (isExport && kept === undefined && isReplaced(password, user)) {
    return none("it is the person's own name, which an export puts in its place");
  }
  if (password === "") return none("it is empty");
  return knownPassword(user, password, kept !== undefined, salts, tally);
}

function keptHashes(user: string, hashes: readonly ScramCredential[], tally: Tally): Credentials {
  if (hashes.length === scramHashes.length) {
    tally.over("passwords");
    return { scram: hashes, origin: "hashes" };
  }
  const names = hashes.map(({ hash }) => hash.toUpperCase().replace("SHA", "SHA-"));
  const mechanisms = names.map((name) => `SCRAM-${name}`).join(", ");
  tally.changed(
    "passwords",
    `only its ${names.join(" and ")} hash is kept: until a login by PLAIN it is good for ${mechanisms} and PLAIN`,
    user,
  );
  return { scram: hashes, origin: "hash" };
}

async function knownPassword(
  user: string,
  password: string,
  isProven: boolean,
  salts: Readonly<Partial<Record<ScramHash, string>>>,
  tally: Tally,
): Promise<Credentials> {
  // What a client makes of it before it logs in by SCRAM (RFC 4013).
  const prepared = saslPrepared(password);
  if (newerThanSaslprep.test(password)) {
    tally.changed("passwords", "it has signs, as emoji are, that the server takes by SCRAM alone: PLAIN fails", user);
  } else if (prepared === password) tally.over("passwords");
  else tally.changed("passwords", "it has letters that clients write in another way: PLAIN may fail", user);
  return { scram: await scramCredentials(prepared, salts), origin: isProven ? "proven" : "known" };
}

function isReplaced(password: string, user: string): boolean {
  return password.toLowerCase() === user.toLowerCase();
}

function passwordCandidates(row: CopiedRow, keys: readonly BlowfishKey[]): string[] {
  const encrypted = row["encryptedpassword"];
  const decrypted = typeof encrypted !== "string" ? [] : keys.map((key) => decryptPassword(encrypted, key));
  return [...decrypted, row["plainpassword"] ?? undefined].filter((candidate) => candidate !== undefined);
}

/** Credentials that the old server keeps, one for each hash: Openfire in columns of `ofuser`, since 5.2 in a table of its own. */
function keptCredentials(copy: WorkingCopy, row: CopiedRow): ScramCredential[] {
  const rows = copy.all("SELECT * FROM ofuserscram WHERE username = ?", row["username"] ?? "");
  const whole = [
    ...rows.flatMap((own) => credentialOf(own, mechanisms[own["mechanism"] ?? ""])),
    credentialOf(row, "sha1"),
  ]
    .flat()
    .filter(isWhole);
  return scramHashes.flatMap((hash) => whole.find((each) => each.hash === hash) ?? []);
}

const mechanisms: Readonly<Record<string, ScramHash>> = {
  "SCRAM-SHA-1": "sha1",
  "SCRAM-SHA-256": "sha256",
  "SCRAM-SHA-512": "sha512",
};

function credentialOf(row: CopiedRow, hash: ScramHash | undefined): ScramCredential[] {
  if (hash === undefined) return [];
  const credential = {
    hash,
    storedKey: row["storedkey"] ?? "",
    serverKey: row["serverkey"] ?? "",
    salt: row["salt"] ?? "",
    iterations: Number(row["iterations"] ?? 0),
  };
  return [credential];
}

function saslPrepared(password: string): string {
  return password
    .replaceAll(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, " ")
    .replaceAll(mappedToNothing, "")
    .normalize("NFKC");
}

/** Signs that are younger than Unicode 3.2, and emoji among them: SASLprep has a server refuse these (RFC 4013, section 2.5). */
const newerThanSaslprep =
  /[\u{10350}-\u{103ff}\u{10450}-\u{1cfff}\u{1d800}-\u{1ffff}\u{2a6d7}-\u{2f7ff}\u{2fa1e}-\u{dffff}]/u;

const mappedToNothing = /\u1806|\p{Default_Ignorable_Code_Point}/gu;
