import { xml } from "@xmpp/client";
import { messageOf } from "../../../host/error.ts";
import { networkCommandLine } from "../../../host/terminal/advice.ts";
import { answerTo, conditionOf } from "../../probes/iq.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, well } from "../finding.ts";
import type { ExaminedNetwork } from "../examined-network.ts";

/** Check that another server is reached and answers (XEP-0199). One of several is enough. */
export const federationCheck: Check = {
  name: "federation",
  look: async (network) => {
    if (network.peers.length === 0) {
      return [well("federation", "not asked: a local cloud knows no other server, unless --peer names one")];
    }
    const answers = await Promise.all(network.peers.map((peer) => ping(network, peer)));
    return judgeAnswers(network, answers);
  },
};

/** Answer of another server; `problem` is undefined where it did answer itself. */
export interface PeerAnswer {
  readonly peer: string;
  readonly problem: string | undefined;
}

/** Judges the answers of other servers. */
export function judgeAnswers(
  { access }: Pick<ExaminedNetwork, "access">,
  answers: readonly PeerAnswer[],
): readonly Finding[] {
  const [alive] = answers.filter(({ problem }) => problem === undefined);
  if (alive !== undefined) return [well("federation", `${alive.peer} answers`)];
  return [
    failure({
      id: "federation",
      seen: answers.map(({ peer, problem }) => `${peer}: ${problem ?? ""}`).join("; "),
      wanted: "an answer of one of them",
      meaning: "Messages to and from other servers do not arrive.",
      next: networkCommandLine("trace", access, "--to", answers[0]?.peer ?? ""),
    }),
  ];
}

async function ping(network: ExaminedNetwork, peer: string): Promise<PeerAnswer> {
  const { client } = await network.session();
  try {
    const answer = await answerTo(client, "get", peer, xml("ping", { xmlns: "urn:xmpp:ping" }), pingTimeoutMs);
    const condition = conditionOf(answer);
    // What the own server says in place of the other one (RFC 6120, section 8.3.3); any other refusal is the other's.
    return { peer, problem: condition?.startsWith("remote-server-") === true ? condition : undefined };
  } catch (error) {
    return { peer, problem: messageOf(error) };
  }
}

/** A first stream to another server takes DNS, TLS and two certificates. */
const pingTimeoutMs = 8_000;
