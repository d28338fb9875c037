import packet, { type Answer, type DecodedPacket, type OptAnswer, type Packet, type Question } from "dns-packet";
import { ForwardError, type Forwarder, type Transport } from "./forwarder.ts";
import { answerFromZones, type DnsRecord, type DnsZone, isAtOrBelow, type ZoneAnswer, zoneOf } from "./zone.ts";

/** Options of {@link createResponder}. */
export interface ResponderOptions {
  /** The zones as they are now; asked for at each question. */
  readonly zones: () => readonly DnsZone[];
  /** Names at and below these are never asked outside: what is not in a zone does not exist. */
  readonly neverOutside: readonly string[];
  readonly forwarder: Forwarder;
  /** Receives each error for which a question was answered SERVFAIL and nobody outside is to blame. */
  readonly onProblem: (problem: Error) => void;
}

/** Answers one DNS message; undefined when it deserves none (too short to have an id, or an answer itself). */
export type Responder = (query: Buffer, transport: Transport) => Promise<Buffer | undefined>;

/**
 * Answers from the zones, with authority; asks outside for other names, unless they are special; says SERVFAIL when nobody
 * outside answers.
 */
export function createResponder(options: ResponderOptions): Responder {
  return async (query, transport) => {
    if (query.length < headerBytes) return undefined;
    try {
      return await respond(query, transport, options);
    } catch (error) {
      options.onProblem(error instanceof Error ? error : new Error(String(error)));
      return headerOnly(query, "SERVFAIL");
    }
  };
}

async function respond(query: Buffer, transport: Transport, options: ResponderOptions): Promise<Buffer | undefined> {
  const decoded = decode(query);
  if (decoded === undefined) return headerOnly(query, "FORMERR");
  if (decoded.flag_qr) return undefined;
  const [question, ...more] = decoded.questions ?? [];
  const refused = refusalFor(decoded, question, more.length);
  if (refused !== undefined || question === undefined) {
    return reply(decoded, transport, { rcode: refused ?? "FORMERR" });
  }
  const zones = options.zones();
  if (zoneOf(question.name, zones) !== undefined) {
    const answer = await completed(question, answerFromZones(question, zones), options);
    return reply(decoded, transport, { ...answer, authoritative: true });
  }
  if (options.neverOutside.some((suffix) => isAtOrBelow(question.name, suffix))) {
    return reply(decoded, transport, { rcode: "NXDOMAIN" });
  }
  return forwarded(query, decoded, transport, options.forwarder);
}

const headerBytes = 12;
const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

interface Reply extends Partial<Omit<ZoneAnswer, "rcode" | "answers">> {
  readonly rcode: keyof typeof rcodes;
  readonly authoritative?: boolean;
  readonly answers?: readonly (DnsRecord | Answer)[];
}

function decode(query: Buffer): DecodedPacket | undefined {
  try {
    return packet.decode(query);
  } catch {
    // Whatever the codec has against it, the sender is told FORMERR.
    return undefined;
  }
}

function refusalFor(query: DecodedPacket, question: Question | undefined, more: number): Reply["rcode"] | undefined {
  const opcode = ((query.flags ?? 0) >> 11) & 0xf;
  if (opcode !== 0) return "NOTIMP";
  if (question === undefined || more > 0) return "FORMERR";
  const isTransfer = question.type === "AXFR" || question.type === "IXFR";
  return isTransfer || (question.class ?? "IN") !== "IN" ? "REFUSED" : undefined;
}

/** Follows a CNAME that leads out of the zones, as a resolver does for its clients. */
async function completed(question: Question, answer: ZoneAnswer, options: ResponderOptions): Promise<Reply> {
  const { elsewhere } = answer;
  if (elsewhere === undefined) return answer;
  if (options.neverOutside.some((suffix) => isAtOrBelow(elsewhere, suffix))) return { ...answer, rcode: "NXDOMAIN" };
  const query = packet.encode({
    type: "query",
    flags: packet.RECURSION_DESIRED,
    questions: [{ ...question, name: elsewhere }],
  });
  try {
    // By TCP, so that it cannot come back cut short.
    const outside = packet.decode(await options.forwarder.ask(query, "tcp"));
    return { ...answer, answers: [...answer.answers, ...(outside.answers ?? [])] };
  } catch (error) {
    if (!(error instanceof ForwardError)) throw error;
    return { ...answer, rcode: "SERVFAIL" };
  }
}

async function forwarded(query: Buffer, decoded: DecodedPacket, transport: Transport, forwarder: Forwarder) {
  try {
    return await forwarder.ask(query, transport);
  } catch (error) {
    if (!(error instanceof ForwardError)) throw error;
    return reply(decoded, transport, { rcode: "SERVFAIL" });
  }
}

function reply(query: DecodedPacket, transport: Transport, answer: Reply): Buffer {
  const edns = query.additionals?.find((record): record is OptAnswer => record.type === "OPT");
  const header: Packet = {
    type: "response",
    id: query.id ?? 0,
    flags:
      rcodes[answer.rcode] |
      ((query.flags ?? 0) & packet.RECURSION_DESIRED) |
      packet.RECURSION_AVAILABLE |
      (answer.authoritative === true ? packet.AUTHORITATIVE_ANSWER : 0),
    questions: query.questions ?? [],
  };
  const opt = edns === undefined ? [] : [{ ...emptyOpt, flags: edns.flags & packet.DNSSEC_OK }];
  const whole = packet.encode({
    ...header,
    answers: fresh(answer.answers),
    authorities: fresh(answer.authorities),
    additionals: [...fresh(answer.additionals), ...opt],
  });
  const limit = transport === "tcp" ? 0xffff : Math.min(Math.max(edns?.udpPayloadSize ?? 512, 512), largestUdpBytes);
  if (whole.length <= limit) return whole;
  return packet.encode({ ...header, flags: (header.flags ?? 0) | packet.TRUNCATED_RESPONSE, additionals: opt });
}

/** Size of the largest UDP message that passes any path unfragmented (DNS flag day 2020). */
const largestUdpBytes = 1232;

const emptyOpt: OptAnswer = {
  type: "OPT",
  name: ".",
  udpPayloadSize: largestUdpBytes,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** The codec changes the data it encodes: it gets copies. */
function fresh(records: readonly (DnsRecord | Answer)[] | undefined): Answer[] {
  return (records ?? [])
    .filter(({ type }) => type !== "OPT")
    .map((record) => ({ ...record, data: copied(record) }) as Answer);
}

function copied(record: DnsRecord | Answer): unknown {
  const { data } = record as { data: unknown };
  if (Array.isArray(data)) return [...(data as unknown[])];
  return typeof data === "object" && !Buffer.isBuffer(data) ? { ...data } : data;
}

function headerOnly(query: Buffer, rcode: "FORMERR" | "SERVFAIL"): Buffer {
  return packet.encode({ type: "response", id: query.readUInt16BE(0), flags: rcodes[rcode] });
}
