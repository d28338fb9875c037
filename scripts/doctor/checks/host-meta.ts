import { z } from "zod";
import { messageOf } from "../../../host/error.ts";
import { httpsAt, type HttpsOptions } from "../../probes/https.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, well } from "../finding.ts";
import { type ExaminedNetwork, stepLimitMs } from "../examined-network.ts";
import { convergeCommand } from "../on-node.ts";

/** Check that web clients find the network (XEP-0156), may read the document, and that its links are alive. */
export const hostMetaCheck: Check = {
  name: "host-meta",
  look: async (network) => {
    const problem = await problemOf(network).catch(messageOf);
    if (problem === undefined) return [well("host-meta", "names WebSocket and BOSH, and both answer")];
    return [broken(network, problem)];
  },
};

function broken(network: ExaminedNetwork, seen: string): Finding {
  return failure({
    id: "host-meta",
    seen,
    wanted: "host-meta and host-meta.json with live links to WebSocket and BOSH, for every web page",
    meaning: "Web clients do not find the network.",
    next: convergeCommand(network),
  });
}

async function problemOf(network: ExaminedNetwork): Promise<string | undefined> {
  const { domain } = network.outputs;
  const [json, xrd] = await Promise.all([
    ask(network, `https://${domain}/.well-known/host-meta.json`),
    ask(network, `https://${domain}/.well-known/host-meta`),
  ]);
  for (const [file, { status, headers }] of Object.entries({ "host-meta.json": json, "host-meta": xrd })) {
    if (status !== 200) return `${file} is answered ${status}`;
    if (headers["access-control-allow-origin"] !== "*") return `${file} may not be read by web pages`;
  }
  const { links } = document.parse(JSON.parse(json.body));
  const hrefOf = (relation: string) => links.find(({ rel }) => rel === `urn:xmpp:alt-connections:${relation}`)?.href;
  const [webSocket, bosh] = [hrefOf("websocket"), hrefOf("xbosh")];
  if (webSocket === undefined || bosh === undefined) return "it does not name both WebSocket and BOSH";
  const [upgraded, options] = await Promise.all([
    ask(network, webSocket.replace(/^wss:/, "https:"), { headers: upgrade }),
    ask(network, bosh, { method: "OPTIONS" }),
  ]);
  if (upgraded.status !== 101 || upgraded.headers["sec-websocket-protocol"] !== "xmpp") {
    return `${webSocket} is answered ${upgraded.status}`;
  }
  return options.status === 200 ? undefined : `${bosh} is answered ${options.status}`;
}

function ask(network: ExaminedNetwork, url: string, options: Omit<HttpsOptions, "ca"> = {}) {
  const { node, trusted } = network;
  return httpsAt(node.serviceIpv4, url, { timeoutMs: stepLimitMs, ca: trusted, ...options });
}

const document = z.object({ links: z.array(z.object({ rel: z.string(), href: z.string().default("") })) });

const upgrade = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "MDEyMzQ1Njc4OWFiY2RlZg==",
  "sec-websocket-protocol": "xmpp",
};
