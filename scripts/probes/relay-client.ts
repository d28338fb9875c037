import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  attribute,
  type Credentials,
  readAddress,
  readMessage,
  type StunAttribute,
  type StunMessage,
  type TransportAddress,
  writeMessage,
} from "./stun-message.ts";

/** Address of a relay, and the credentials that it gave by XEP-0215. */
export interface RelayAccess extends TransportAddress {
  readonly username: string;
  readonly password: string;
}

/** Family of an allocation's address. */
export type AddressFamily = "ipv4" | "ipv6";

/** Client of a TURN server over UDP (RFC 8656), with one allocation. Disposing it closes the socket. */
export interface RelayClient extends Disposable {
  /** Address that peers see, at the relay. */
  readonly relayed: TransportAddress;
  /** Asks for permission to talk to a peer. Resolves to the error code of the refusal; 0: granted. */
  permit(peer: TransportAddress): Promise<number>;
  /** Binds a channel to a peer, which is another way to a permission. Resolves as `permit` does. */
  bindChannel(peer: TransportAddress): Promise<number>;
  /** Sends a datagram to a peer in an indication, which is never answered. */
  send(peer: TransportAddress, data: Buffer): void;
  /** Resolves to the next datagram that the relay passes on; undefined when none comes in time. */
  next(timeoutMs: number): Promise<Buffer | undefined>;
}

const methods = { allocate: 0x03, send: 0x16, data: 0x17, createPermission: 0x08, channelBind: 0x09 };
const firstChannel = 0x4000;
const udp = Buffer.from([17, 0, 0, 0]);
const families = { ipv4: Buffer.from([1, 0, 0, 0]), ipv6: Buffer.from([2, 0, 0, 0]) };
const answerTimeoutMs = 5_000;

/** Opens an allocation. Throws an Error when the server refuses it or does not answer. */
export async function openRelay(access: RelayAccess, family: AddressFamily): Promise<RelayClient> {
  const socket = createSocket("udp4");
  const datagrams: Buffer[] = [];
  socket.on("message", (bytes) => {
    const message = readMessage(bytes);
    const data = message.attributes.get(attribute.data);
    if (message.type === methods.data && data !== undefined) datagrams.push(data);
  });
  const wanted: StunAttribute[] = [
    [attribute.requestedTransport, udp],
    [attribute.requestedAddressFamily, families[family]],
  ];
  const challenge = await ask(socket, access, writeMessage(methods.allocate, wanted));
  const credentials = answerTo(challenge, access);
  const request = async (method: number, ...attributes: StunAttribute[]): Promise<StunMessage> =>
    ask(socket, access, writeMessage(method, attributes, credentials));
  const allocation = await request(methods.allocate, ...wanted);
  if (allocation.errorCode !== 0) throw new Error(`the relay refused an allocation: ${allocation.errorCode}`);

  let channel = firstChannel;
  return {
    relayed: readAddress(allocation, attribute.relayedAddress),
    permit: async (peer) => (await request(methods.createPermission, [attribute.peerAddress, peer])).errorCode,
    bindChannel: async (peer) => {
      const number = Buffer.from([channel >> 8, channel++ & 0xff, 0, 0]);
      const answer = await request(
        methods.channelBind,
        [attribute.channelNumber, number],
        [attribute.peerAddress, peer],
      );
      return answer.errorCode;
    },
    send: (peer, data) => {
      const message = writeMessage(methods.send, [
        [attribute.peerAddress, peer],
        [attribute.data, data],
      ]);
      socket.send(message, access.port, access.address);
    },
    next: async (timeoutMs) => {
      const signal = AbortSignal.timeout(timeoutMs);
      while (datagrams.length === 0) {
        const arrived = once(socket, "message", { signal }).then(() => true);
        if (!(await arrived.catch(() => false))) return undefined;
      }
      return datagrams.shift();
    },
    [Symbol.dispose]: () => void socket.close(),
  };
}

function answerTo({ attributes }: StunMessage, { username, password }: RelayAccess): Credentials {
  const [realm, nonce] = [attributes.get(attribute.realm), attributes.get(attribute.nonce)];
  if (realm === undefined || nonce === undefined) throw new Error("the relay did not ask for credentials");
  return { username, password, realm, nonce };
}

async function ask(socket: Socket, { address, port }: TransportAddress, message: Buffer): Promise<StunMessage> {
  const { transaction } = readMessage(message);
  socket.send(message, port, address);
  const signal = AbortSignal.timeout(answerTimeoutMs);
  for (;;) {
    const [bytes] = (await once(socket, "message", { signal })) as [Buffer];
    const answer = readMessage(bytes);
    if (answer.transaction.equals(transaction)) return answer;
  }
}
