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

const keyType = "ssh-ed25519";

function privateBlob(publicBlob: Buffer, point: Buffer, seed: Buffer, comment: string): Buffer {
  // Twice the same number: with a passphrase it shows whether that was right.
  const check = randomBytes(4);
  const secret = [check, check, text(keyType), field(point), field(Buffer.concat([seed, point])), text(comment)];
  return Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
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
