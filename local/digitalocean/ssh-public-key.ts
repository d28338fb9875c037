import { createHash } from "node:crypto";

const keyTypes = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

/**
 * Computes the fingerprint of a public key in OpenSSH's format, as DigitalOcean shows it: MD5 of the key blob (RFC 4716,
 * section 4). Undefined when the text is no such key: the type is unknown, or is not the one inside the blob (RFC 4253, section 6.6).
 */
export function fingerprintOf(publicKey: string): string | undefined {
  const [type = "", encoded = ""] = publicKey.trim().split(/\s+/);
  if (!keyTypes.includes(type) || publicKey.includes("\n") || !/^[A-Za-z0-9+/]+=*$/.test(encoded)) return undefined;
  const blob = Buffer.from(encoded, "base64");
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  if (blob.subarray(4, 4 + length).toString("latin1") !== type || blob.length <= 4 + length) return undefined;
  const digest = createHash("md5").update(blob).digest("hex");
  return digest.match(/../g)?.join(":");
}
