import { serviceNamed } from "../../../components/model/services.ts";
import { probeStarttls } from "../../probes/xmpp-tls.ts";
import type { Check } from "../check.ts";
import { NotLooked } from "../not-looked.ts";
import { type Finding, failure, warning, well } from "../finding.ts";
import { stepLimitMs } from "../examined-network.ts";
import { convergeCommand, type WithNode } from "../on-node.ts";

/** Check of the ways to log in that are offered to strangers: mechanisms, channel binding, and that nobody can register. */
export const saslCheck: Check = {
  name: "SASL",
  look: async (network) => {
    const { ports } = serviceNamed(network.services, "c2s");
    const { domain } = network.outputs;
    const address = network.node.serviceIpv4;
    const endpoint = { address, port: ports.first, domain, kind: "client", timeoutMs: stepLimitMs } as const;
    const options = { ca: [...network.trusted], rejectUnauthorized: false };
    const facts = await probeStarttls(endpoint, options).catch((cause: unknown) => {
      throw new NotLooked(`port ${ports.first} opens no encrypted stream`, { cause });
    });
    return judgeSasl(network, facts);
  },
};

/** Judges the features that are offered before and after TLS. */
export function judgeSasl(
  network: WithNode,
  { before, answer }: { readonly before: string; readonly answer: string },
): readonly Finding[] {
  const offered = [...answer.matchAll(/<mechanism>([^<]+)<\/mechanism>/g)].map(([, name = ""]) => name);
  const bindings = [...answer.matchAll(/<channel-binding [^>]*type=['"]([^'"]+)['"]/g)].map(([, name = ""]) => name);
  const next = convergeCommand(network);
  const missing = wantedMechanisms.filter((name) => !offered.includes(name));
  const weak = offered.filter((name) => weakMechanisms.has(name));
  const early = [...before.matchAll(/<mechanism>([^<]+)<\/mechanism>/g)].map(([, name = ""]) => name);
  const troubles = [
    ...(missing.length === 0
      ? []
      : [
          warning({
            id: "sasl-missing",
            seen: offered.join(", ") || "no mechanism",
            wanted: wantedMechanisms.join(", "),
            meaning: "Clients that insist on one of these, or have logged in with it before, refuse to log in.",
            next,
          }),
        ]),
    ...(weak.length === 0
      ? []
      : [
          failure({
            id: "sasl-weak",
            seen: weak.join(", "),
            wanted: "none of these",
            meaning: "Strangers can log in, or passwords are easy to guess for who listens.",
            next,
          }),
        ]),
    ...(early.length === 0
      ? []
      : [
          failure({
            id: "sasl-before-tls",
            seen: `${early.join(", ")} before TLS`,
            wanted: "no login before TLS",
            meaning: "Passwords can be sent in the clear.",
            next,
          }),
        ]),
    ...(bindings.length > 0
      ? []
      : [
          warning({
            id: "channel-binding-missing",
            seen: "no channel binding",
            wanted: "tls-exporter or tls-server-end-point (XEP-0440)",
            meaning:
              "Somebody in between with a certificate for the domain is not noticed by clients that could notice.",
            next,
          }),
        ]),
    ...(/iq-register/.test(answer)
      ? [
          failure({
            id: "registration-open",
            seen: "strangers are offered an account",
            wanted: "accounts by the administrator alone",
            meaning: "Spammers make accounts by the thousand, and other servers block the domain.",
            next,
          }),
        ]
      : []),
  ];
  if (troubles.length > 0) return troubles;
  return [well("sasl", `${offered.join(", ")}; ${bindings.join(", ")}; no registration`)];
}

const wantedMechanisms = ["SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512"];
const weakMechanisms: ReadonlySet<string> = new Set(["ANONYMOUS", "DIGEST-MD5", "CRAM-MD5", "X-OAUTH2", "OAUTHBEARER"]);
