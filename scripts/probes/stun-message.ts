import { createHash, createHmac, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";

/** Message of STUN or TURN (RFC 8489, section 5) as it was received. */
export interface StunMessage {
  /** Method and class as they stand in the first two bytes, such as 0x0103 for a successful Allocate. */
  readonly type: number;
  /** Pairs an answer with its request; addresses of IPv6 are hidden by it. */
  readonly transaction: Buffer;
  /** Values by the number of the attribute. */
  readonly attributes: ReadonlyMap<number, Buffer>;
  /** Error code such as 403; 0 where the message is no error. */
  readonly errorCode: number;
}

/** Address and port of UDP, of either family. */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

/** Long-term credentials (RFC 8489, section 9.2), with realm and nonce of the server's challenge. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly realm: Buffer;
  readonly nonce: Buffer;
}

/** Numbers of the attributes that a client of a relay uses. */
export const attribute = {
  username: 0x06,
  messageIntegrity: 0x08,
  errorCode: 0x09,
  channelNumber: 0x0c,
  peerAddress: 0x12,
  data: 0x13,
  realm: 0x14,
  nonce: 0x15,
  relayedAddress: 0x16,
  requestedAddressFamily: 0x17,
  requestedTransport: 0x19,
} as const;

/** Number and value of an attribute. An address is hidden by the transaction of the message that it is written into. */
export type StunAttribute = readonly [number, Buffer | TransportAddress];

const cookie = Buffer.from("2112a442", "hex");

/** Writes a message, signed where there are credentials. */
export function writeMessage(type: number, attributes: readonly StunAttribute[], credentials?: Credentials): Buffer {
  const transaction = randomBytes(12);
  if (credentials === undefined) return assemble(type, transaction, attributes);
  const { username, password, realm, nonce } = credentials;
  const whole = assemble(type, transaction, [
    ...attributes,
    [attribute.username, Buffer.from(username)],
    [attribute.realm, realm],
    [attribute.nonce, nonce],
    [attribute.messageIntegrity, Buffer.alloc(20)],
  ]);
  // The length in the header counts the signature, which itself is not signed.
  const key = createHash("md5").update(`${username}:${realm.toString()}:${password}`).digest();
  const signature = createHmac("sha1", key).update(whole.subarray(0, -24)).digest();
  return Buffer.concat([whole.subarray(0, -20), signature]);
}

/** Reads a message. Throws a RangeError for one that is cut off. */
export function readMessage(bytes: Buffer): StunMessage {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at < bytes.length;) {
    const length = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  const error = attributes.get(attribute.errorCode);
  return {
    type: bytes.readUInt16BE(0),
    transaction: bytes.subarray(8, 20),
    attributes,
    errorCode: error === undefined ? 0 : error.readUInt8(2) * 100 + error.readUInt8(3),
  };
}

/** Reads an address that is xored (RFC 8489, section 14.2) from a message. Throws an Error where the message has none. */
export function readAddress({ attributes, transaction }: StunMessage, number: number): TransportAddress {
  const value = attributes.get(number);
  if (value === undefined) throw new Error(`the message has no attribute ${number}`);
  const bytes = xor(value.subarray(4), transaction);
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  const address = bytes.length === 4 ? bytes.join(".") : groups.join(":");
  return { address, port: value.readUInt16BE(2) ^ cookie.readUInt16BE(0) };
}

function assemble(type: number, transaction: Buffer, attributes: readonly StunAttribute[]): Buffer {
  const body = Buffer.concat(attributes.map(([number, value]) => assembleAttribute(number, value, transaction)));
  return Buffer.concat([twoBytes(type), twoBytes(body.length), cookie, transaction, body]);
}

function assembleAttribute(number: number, value: Buffer | TransportAddress, transaction: Buffer): Buffer {
  const bytes = Buffer.isBuffer(value) ? value : assembleAddress(value, transaction);
  const padding = Buffer.alloc(Math.ceil(bytes.length / 4) * 4 - bytes.length);
  return Buffer.concat([twoBytes(number), twoBytes(bytes.length), bytes, padding]);
}

function assembleAddress({ address, port }: TransportAddress, transaction: Buffer): Buffer {
  const bytes = isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split(".").map(Number));
  const family = twoBytes(bytes.length === 4 ? 1 : 2);
  return Buffer.concat([family, twoBytes(port ^ cookie.readUInt16BE(0)), xor(bytes, transaction)]);
}

function xor(bytes: Buffer, transaction: Buffer): Buffer {
  const mask = Buffer.concat([cookie, transaction]);
  return Buffer.from(bytes.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

function ipv6Bytes(address: string): Buffer {
  const [head = [], tail = []] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split("::")
    .map((half) => half.split(":").filter(Boolean));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return Buffer.concat(groups.map((group) => twoBytes(parseInt(group, 16))));
}

function twoBytes(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}
