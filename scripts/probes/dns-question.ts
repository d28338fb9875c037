import { createSocket } from "node:dgram";
import { once } from "node:events";
import { randomInt } from "node:crypto";
import { isIPv6 } from "node:net";
import packet, { type RecordType } from "dns-packet";

/** Question to a DNS server, asked with the wish for signatures (RFC 4035, section 3.2). */
export interface DnsQuestion {
  readonly name: string;
  readonly type: RecordType;
  /** Whether the server is asked not to verify signatures. */
  readonly checkingDisabled?: boolean;
}

/** Reply to a question, as far as it tells of signatures. */
export interface DnsReply {
  /** Such as NOERROR or SERVFAIL. */
  readonly code: string;
  /** Number of records of the type that was asked for. */
  readonly answers: number;
  /** Whether the server has verified the signatures. */
  readonly isAuthentic: boolean;
}

/** By their numbers (RFC 1035, section 4.1.1). */
const codes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/** Asks one server by UDP. Rejects where it does not answer within 3 s. */
export async function askDns(server: string, { name, type, checkingDisabled }: DnsQuestion): Promise<DnsReply> {
  const [, address = server, port = "53"] = /^([\d.]+):(\d+)$/.exec(server) ?? [];
  const id = randomInt(0x10000);
  const flags = packet.RECURSION_DESIRED | (checkingDisabled === true ? packet.CHECKING_DISABLED : 0);
  const wish = { type: "OPT", name: ".", udpPayloadSize: 1232, flags: packet.DNSSEC_OK, flag_do: true } as const;
  const query = packet.encode({
    type: "query",
    id,
    flags,
    questions: [{ name, type }],
    additionals: [{ ...wish, extendedRcode: 0, ednsVersion: 0, options: [] }],
  });
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    socket.connect(Number(port), address);
    await once(socket, "connect");
    socket.send(query);
    const signal = AbortSignal.timeout(3_000);
    for (;;) {
      const [bytes] = (await once(socket, "message", { signal })) as [Buffer];
      const reply = packet.decode(bytes);
      if (reply.id !== id) continue;
      return {
        code: codes[(reply.flags ?? 0) & 0xf] ?? "another",
        answers: (reply.answers ?? []).filter((answer) => answer.type === type).length,
        isAuthentic: reply.flag_ad,
      };
    }
  } catch (error) {
    throw new Error(`${server} did not answer the question for ${name} ${type}`, { cause: error });
  } finally {
    socket.close();
  }
}
