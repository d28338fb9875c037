import { generateKeyPairSync, randomBytes } from "node:crypto";

/** An ed25519 key pair in OpenSSH's own formats. */
export interface OpenSshKeyPair {
  /** PEM-like text that ends in a newline (openssh/PROTOCOL.key); without a passphrase. */
  readonly privateKey: string;
  /** One line without a newline: `ssh-ed25519 AAAA… comment`. */
  readonly publicKey: string;
}

/** Makes a new pair; the comment is for people and must have no spaces. */
export function generateOpenSshKeyPair(comment: string): OpenSshKeyPair {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (x === undefined || d === undefined) throw new Error("node:crypto gave no raw ed25519 key");
  const point = Buffer.from(x, "base64url");
  const seed = Buffer.from(d, "base64url");
  const publicBlob = Buffer.concat([text(keyType), field(point)]);
  return {
    privateKey: armored(privateBlob(publicBlob, point, seed, comment)),
    publicKey: `${keyType} ${publicBlob.toString("base64")} ${comment}`,
  };
}

/**
 * Reads the public half of a private key in OpenSSH's format, as the two words that begin its public line. Undefined where the
 * text is no such key, or is encrypted with a passphrase.
 */
export function publicHalfOf(privateKey: string): string | undefined {
  const armor = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END OPENSSH PRIVATE KEY-----\n?$/;
  const data = Buffer.from(armor.exec(privateKey)?.[1] ?? "", "base64");
  if (data.subarray(0, magic.length).toString("latin1") !== magic) return undefined;
  const [cipher, rest] = takeFields(data.subarray(magic.length), 3);
  // Behind cipher, its parameters and their number stands how many keys follow: always one.
  const blob = takeFields(rest.subarray(4), 1)[0];
  return cipher.toString() === "none" ? `${takeFields(blob, 1)[0].toString()} ${blob.toString("base64")}` : undefined;
}

/**
 * Says what is wrong with a public key that is to open a machine, as what was expected; undefined where nothing is. A line is the
 * key's type, the key, and a comment if there is one; OpenSSH leaves out without a word a line that it cannot read.
 */
export function publicKeyProblem(line: string): string | undefined {
  const [type = "", base64 = ""] = line.split(" ");
  if (!/^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( [\x20-\x7e\u00a0-\uffff]+)?$/.test(line) || !keyTypes.has(type)) {
    return `expected a public key on one line, without options before it: ${[...keyTypes.keys()].join(", ")}, the key, a comment`;
  }
  const blob = Buffer.from(base64, "base64");
  const fields = wholeFieldsOf(blob);
  if (fields?.[0]?.toString() !== type || fields.length !== keyTypes.get(type)) {
    return `expected a whole ${type} key: this one is cut off or altered, and OpenSSH would pass over it`;
  }
  if (type === "ssh-rsa" && (fields[2]?.length ?? 0) < 256) return "expected an RSA key of at least 2048 bits";
  return type === keyType && fields[1]?.length !== 32 ? "expected an ed25519 key of 32 bytes" : undefined;
}

/** Types of keys that may open a machine, each with the number of fields that it has. */
const keyTypes: ReadonlyMap<string, number> = new Map([
  ["ssh-ed25519", 2],
  ["sk-ssh-ed25519@openssh.com", 3],
  ["ecdsa-sha2-nistp256", 3],
  ["ecdsa-sha2-nistp384", 3],
  ["ecdsa-sha2-nistp521", 3],
  ["sk-ecdsa-sha2-nistp256@openssh.com", 4],
  ["ssh-rsa", 3],
]);

/** Gives the first of the fields that data begins with, and what is behind `count` of them; both empty where data is too short. */
function takeFields(data: Buffer, count: number): [first: Buffer, rest: Buffer] {
  if (data.length < 4) return [Buffer.alloc(0), Buffer.alloc(0)];
  const end = 4 + data.readUInt32BE();
  const first = data.subarray(4, end);
  return count === 1 ? [first, data.subarray(end)] : [first, takeFields(data.subarray(end), count - 1)[1]];
}

/** Splits data into fields with their lengths before them; undefined where it is not made of whole ones. */
function wholeFieldsOf(data: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let rest = data; rest.length > 0;) {
    if (rest.length < 4 || rest.readUInt32BE() > rest.length - 4) return undefined;
    const end = 4 + rest.readUInt32BE();
    fields.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  return fields;
}

const keyType = "ssh-ed25519";
const magic = "openssh-key-v1\0";

function privateBlob(publicBlob: Buffer, point: Buffer, seed: Buffer, comment: string): Buffer {
  // Twice the same number: with a passphrase it shows whether that was right.
  const check = randomBytes(4);
  const secret = [check, check, text(keyType), field(point), field(Buffer.concat([seed, point])), text(comment)];
  return Buffer.concat([
    Buffer.from(magic),
    text("none"),
    text("none"),
    field(Buffer.alloc(0)),
    uint32(1),
    field(publicBlob),
    field(padded(Buffer.concat(secret))),
  ]);
}

/** To a multiple of eight bytes with 1, 2, 3 and so on. */
function padded(data: Buffer): Buffer {
  const missing = (8 - (data.length % 8)) % 8;
  return Buffer.concat([data, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}

function armored(data: Buffer): string {
  const lines = data.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function field(data: Buffer): Buffer {
  return Buffer.concat([uint32(data.length), data]);
}

function text(value: string): Buffer {
  return field(Buffer.from(value));
}

function uint32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value);
  return data;
}
