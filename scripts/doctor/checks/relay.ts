import { xml } from "@xmpp/client";
import { serviceNamed } from "../../../components/model/services.ts";
import { messageOf } from "../../../host/error.ts";
import { answerTo } from "../../probes/iq.ts";
import { openRelay, type RelayAccess, type RelayClient } from "../../probes/relay-client.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, well } from "../finding.ts";
import { type ExaminedNetwork, stepLimitMs } from "../examined-network.ts";
import { convergeCommand } from "../on-node.ts";

/** Check that calls can be relayed, and that the relay goes to public addresses alone. */
export const relayCheck: Check = {
  name: "relay",
  look: async (network) => {
    const { client } = await network.session();
    const next = convergeCommand(network);
    const services = await answerTo(
      client,
      "get",
      network.outputs.domain,
      xml("services", { xmlns: "urn:xmpp:extdisco:2" }),
      stepLimitMs,
    );
    const offered = services.getChild("services")?.getChildren("service") ?? [];
    const turn = offered.find(({ attrs }) => attrs.type === "turn" && attrs.transport === "udp");
    const [username, password] = [String(turn?.attrs.username ?? ""), String(turn?.attrs.password ?? "")];
    if (username === "" || password === "") {
      return [
        failure({
          id: "relay-not-offered",
          seen: offered.map(({ attrs }) => `${String(attrs.type)}/${String(attrs.transport)}`).join(", ") || "no relay",
          wanted: "TURN over UDP with credentials (XEP-0215)",
          meaning: "Calls between people behind NAT do not come about.",
          next,
        }),
      ];
    }
    const { ports } = serviceNamed(network.services, "stun");
    const access = { address: network.node.publicIpv4, port: ports.first, username, password };
    return relayFindings(network, access, next);
  },
};

async function relayFindings(network: ExaminedNetwork, access: RelayAccess, next: string): Promise<readonly Finding[]> {
  try {
    using one = await openRelay(access, "ipv4");
    using other = await openRelay(access, "ipv4");
    const leaks = await forbiddenThatAreAllowed(one, network.node.privateIpv4);
    const relayed = await passesOn(one, other);
    const troubles = [
      ...(relayed ? [] : [deaf("two relayed ends do not hear each other", next)]),
      ...(leaks.length === 0
        ? []
        : [
            failure({
              id: "relay-open",
              seen: `the relay would send to ${leaks.join(", ")}`,
              wanted: "a refusal (403)",
              meaning: "Whoever has an account can send packets to services on the node and beside it.",
              next,
            }),
          ]),
    ];
    return troubles.length > 0
      ? troubles
      : [well("relay", `relays by ${one.relayed.address}; refuses loopback, VPC and metadata`)];
  } catch (error) {
    return [deaf(messageOf(error).replace("The operation was aborted", "no answer within 5 s"), next)];
  }
}

function deaf(seen: string, next: string): Finding {
  return failure({
    id: "relay",
    seen,
    wanted: "a packet that is sent to one relayed address and arrives at the other",
    meaning: "Calls between people behind NAT stay silent.",
    next,
  });
}

async function forbiddenThatAreAllowed(relay: RelayClient, privateIpv4: string): Promise<readonly string[]> {
  const leaks: string[] = [];
  for (const address of ["127.0.0.1", privateIpv4, "169.254.169.254"]) {
    const peer = { address, port: 53 };
    if ((await relay.permit(peer)) !== forbidden || (await relay.bindChannel(peer)) !== forbidden) leaks.push(address);
  }
  return leaks;
}

const forbidden = 403;

async function passesOn(one: RelayClient, other: RelayClient): Promise<boolean> {
  if ((await one.permit(other.relayed)) !== 0 || (await other.permit(one.relayed)) !== 0) return false;
  one.send(other.relayed, Buffer.from("are you there?"));
  return (await other.next(2_000)) !== undefined;
}
