import { domainHosts, type Service } from "../../../components/model/services.ts";
import { messageOf } from "../../../host/error.ts";
import { probeDirectTls, probeStarttls, type TlsFacts, tlsHandshake } from "../../probes/xmpp-tls.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, warning, well } from "../finding.ts";
import { type ExaminedNetwork, stepLimitMs } from "../examined-network.ts";
import { convergeCommand, type WithNode } from "../on-node.ts";

/** Check of the certificate on every TLS port for every name that is expected there, and of the protocols. */
export const tlsCheck: Check = {
  name: "TLS",
  look: async (network) => {
    const offered = network.services.filter(({ tls }) => tls !== "none");
    const hosts = domainHosts(network.outputs.domain);
    const probes = offered.flatMap((service) =>
      service.certificateHosts.map((role) => probe(network, service, hosts[role])),
    );
    const old = offered.filter(({ tls }) => tls === "direct").map((service) => speaksOldTls(network, service));
    const [seen, accepting, report] = await Promise.all([
      Promise.all(probes),
      Promise.all(old),
      network.ask().catch(() => undefined),
    ]);
    return judgeTls(network, {
      seen,
      oldPorts: accepting.filter((port) => port !== undefined),
      issued: report?.certificate ?? undefined,
    });
  },
};

/** Look at one port for one name: what was negotiated, or why nothing was. */
export interface SeenTls {
  readonly port: number;
  readonly host: string;
  readonly facts: TlsFacts | string;
}

/** Everything that was seen of TLS. */
export interface TlsLook {
  readonly seen: readonly SeenTls[];
  /** Ports that speak TLS 1.1 or older. */
  readonly oldPorts: readonly number[];
  /** SHA-256 of the certificate that the node was issued, in hexadecimal; undefined: not known. */
  readonly issued: string | undefined;
}

/** Judges what was seen of TLS. */
export function judgeTls(network: WithNode, { seen, oldPorts, issued }: TlsLook, now = Date.now()): readonly Finding[] {
  const unanswered = seen.flatMap(({ port, host, facts }) =>
    typeof facts === "string" && facts !== noCertificate ? [{ port, host, why: facts }] : [],
  );
  const silent = Map.groupBy(unanswered, ({ port }) => port);
  const served = seen.filter((one): one is SeenTls & { readonly facts: TlsFacts } => typeof one.facts !== "string");
  const untrusted = seen.flatMap(({ port, host, facts }) => {
    const why = typeof facts === "string" ? (facts === noCertificate ? facts : undefined) : facts.fault;
    return why === undefined ? [] : [{ port, host, why }];
  });
  const others = served.filter(({ facts }) => issued !== undefined && facts.fingerprint !== issued);
  const converge = convergeCommand(network);
  const troubles = [
    ...[...silent].map(([port, looks]) => silentPort(port, looks, converge)),
    ...(untrusted.length === 0 ? [] : [untrustedCertificate(untrusted, converge)]),
    ...(others.length === 0 ? [] : [otherCertificate(others, converge)]),
    ...oldPorts.map((port) => oldProtocol(port, converge)),
    ...(untrusted.length === 0 ? endOf(served, converge, now) : []),
  ];
  if (troubles.length > 0) return troubles;
  const ports = [...new Set(served.map(({ port }) => port))].join(", ");
  return [well("tls", `the issued certificate on ${ports} for all their names; ${versions(served)}`)];
}

interface Unanswered {
  readonly host: string;
  readonly why: string;
}

function silentPort(port: number, looks: readonly Unanswered[], next: string): Finding {
  return failure({
    id: `tls-silent:${port}`,
    seen: looks.map(({ host, why }) => `${host}: ${why}`).join("; "),
    wanted: "TLS, and an XMPP stream where one is spoken there",
    meaning: `Nobody gets an encrypted connection on port ${port}.`,
    next,
    explains: port === 443 ? ["upload", "host-meta"] : port === 5222 ? ["login", "sasl"] : ["sasl"],
  });
}

function untrustedCertificate(looks: readonly (Unanswered & { readonly port: number })[], next: string): Finding {
  return failure({
    id: "certificate-untrusted",
    seen: looks.map(({ port, host, why }) => `${port} for ${host}: ${why}`).join("; "),
    wanted: "a certificate for each name, from an authority that clients trust",
    meaning: "Clients refuse to connect or warn their users, and other servers refuse to talk.",
    next,
    explains: ["login", "upload", "host-meta", "sasl", "certificate-other", "node-certificate", "node-renewal"],
  });
}

function otherCertificate(looks: readonly (SeenTls & { readonly facts: TlsFacts })[], next: string): Finding {
  return failure({
    id: "certificate-other",
    seen: looks.map(({ port, host, facts }) => `${port} for ${host}: ${facts.fingerprint.slice(0, 16)}…`).join("; "),
    wanted: "the certificate that the node was issued last",
    meaning: "The server goes on with a former certificate, until that one ends.",
    next,
    explains: ["node-certificate"],
  });
}

function oldProtocol(port: number, next: string): Finding {
  return failure({
    id: `tls-old:${port}`,
    seen: "TLS 1.1 is accepted",
    wanted: "TLS 1.2 or newer",
    meaning: "Somebody in between can weaken the encryption of clients that let it happen.",
    next,
  });
}

const warnDays = 14;
const failDays = 3;

function endOf(served: readonly { readonly facts: TlsFacts }[], next: string, now: number): readonly Finding[] {
  const ends = served.map(({ facts }) => Date.parse(facts.validUntil));
  const days = Math.floor((Math.min(...ends) - now) / 86_400_000);
  if (ends.length === 0 || days >= warnDays) return [];
  return [
    (days < failDays ? failure : warning)({
      id: "certificate-ends",
      seen: `the certificate ends in ${days} days`,
      wanted: `more than ${warnDays} days: it is renewed a month before its end`,
      meaning: "After its end clients refuse to connect, and other servers refuse to talk.",
      next,
      explains: ["node-renewal", "node-certificate"],
    }),
  ];
}

function versions(served: readonly { readonly facts: TlsFacts }[]): string {
  return [...new Set(served.map(({ facts }) => facts.protocol))].toSorted().join(", ");
}

/** Answer of a server that has no certificate for the name it is asked for. */
const noCertificate = "no certificate for this name";

async function probe({ node, trusted }: ExaminedNetwork, service: Service, host: string): Promise<SeenTls> {
  const port = service.ports.first;
  const options = { ca: [...trusted], rejectUnauthorized: false };
  try {
    if (service.name === "https") {
      const look = { ...options, servername: host, timeoutMs: stepLimitMs };
      return { port, host, facts: await tlsHandshake(node.serviceIpv4, port, look) };
    }
    const kind: "client" | "server" = service.name.startsWith("s2s") ? "server" : "client";
    const endpoint = { address: node.serviceIpv4, port, domain: host, kind, timeoutMs: stepLimitMs };
    return { port, host, facts: await (service.tls === "direct" ? probeDirectTls : probeStarttls)(endpoint, options) };
  } catch (error) {
    // The server's alert 112 (RFC 6066, section 3).
    const words = messageOf(error).replaceAll(/\s+/g, " ").trim();
    return { port, host, facts: /unrecognized name/.test(words) ? noCertificate : words };
  }
}

/** Gives the port where TLS 1.1 is spoken; undefined where it is not. */
async function speaksOldTls({ node, outputs }: ExaminedNetwork, { ports }: Service): Promise<number | undefined> {
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
  const look = { ...old, rejectUnauthorized: false, servername: outputs.domain, timeoutMs: stepLimitMs };
  try {
    await tlsHandshake(node.serviceIpv4, ports.first, look);
    return ports.first;
  } catch {
    // Refused, or nobody there, of which other findings tell.
    return undefined;
  }
}
