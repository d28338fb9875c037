import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import packet, { type DecodedPacket, type Packet } from "dns-packet";
import { framed, readFrames } from "./framing.ts";

/** Asks the server on that port of loopback by UDP; a Buffer is sent as it is. For tests. */
export async function udp(port: number, query: Packet | Buffer): Promise<DecodedPacket> {
  const socket = createSocket("udp4");
  const message = Buffer.isBuffer(query) ? query : packet.encode({ type: "query", id: 7, ...query });
  socket.send(message, port, "127.0.0.1");
  const [answer] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return packet.decode(answer);
}

/** Asks several questions on one TCP connection; answers in the order of their coming. For tests. */
export async function tcp(port: number, queries: Packet[]): Promise<DecodedPacket[]> {
  const socket = connect(port, "127.0.0.1");
  const answers: DecodedPacket[] = [];
  const done = new Promise<void>((resolve) => {
    readFrames(socket, (message) => {
      if (answers.push(packet.decode(message)) === queries.length) resolve();
    });
  });
  for (const query of queries) socket.write(framed(packet.encode({ type: "query", id: 7, ...query })));
  await done;
  socket.destroy();
  return answers;
}

/** Makes a query for one name and type. */
export const ask = (name: string, type: string): Packet => ({ questions: [{ name, type: type as "A" }] });
/** Reads an answer's response code, as a number. */
export const rcode = (answer: DecodedPacket) => (answer.flags ?? 0) & 0xf;
