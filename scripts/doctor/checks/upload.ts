import { xml } from "@xmpp/client";
import { domainHosts } from "../../../components/model/services.ts";
import { messageOf } from "../../../host/error.ts";
import { httpsAt, type HttpsOptions } from "../../probes/https.ts";
import { answerTo, conditionOf } from "../../probes/iq.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, well } from "../finding.ts";
import { type ExaminedNetwork, stepLimitMs } from "../examined-network.ts";
import { convergeCommand, onNode } from "../on-node.ts";

/** Check that a file can be uploaded and fetched, also by a web page, which may read refusals too. */
export const uploadCheck: Check = {
  name: "upload",
  look: async (network) => {
    const { client } = await network.session();
    const { upload } = domainHosts(network.outputs.domain);
    const request = xml("request", { xmlns: uploadNs, filename: "doctor.txt", size: String(content.length) });
    const answer = await answerTo(client, "get", upload, request, stepLimitMs);
    const slot = answer.getChild("slot", uploadNs);
    if (slot === undefined) return [broken(network, `no slot: ${conditionOf(answer) ?? "no reason given"}`)];
    const url = (name: string) => String(slot.getChild(name)?.attrs.url);
    try {
      return await transfer(network, url("put"), url("get"));
    } catch (error) {
      return [broken(network, messageOf(error))];
    }
  },
};

const uploadNs = "urn:xmpp:http:upload:0";
const content = "put here by npm run doctor";

async function transfer(network: ExaminedNetwork, put: string, get: string): Promise<readonly Finding[]> {
  const origin = { origin: "https://chat.example.org" };
  const ask = (url: string, options: Omit<HttpsOptions, "ca">) =>
    httpsAt(network.node.serviceIpv4, url, {
      headers: origin,
      timeoutMs: stepLimitMs,
      ca: network.trusted,
      ...options,
    });
  const allowed = await ask(put, {
    method: "OPTIONS",
    headers: { ...origin, "access-control-request-method": "PUT" },
  });
  const stored = await ask(put, {
    method: "PUT",
    body: content,
    headers: { ...origin, "content-length": content.length },
  });
  if (stored.status !== 201) return [broken(network, `PUT was answered ${stored.status}`)];
  const fetched = await ask(get, {});
  if (fetched.status !== 200 || fetched.body !== content) {
    return [broken(network, `GET was answered ${fetched.status}, and not with what was put`)];
  }
  const refused = await ask(`${get}.gone`, {});
  const unreadable = Object.entries({ OPTIONS: allowed, PUT: stored, GET: fetched, "a refusal": refused })
    .filter(([, { headers }]) => headers["access-control-allow-origin"] !== "*")
    .map(([what]) => what);
  if (unreadable.length === 0) return [well("upload", `${content.length} bytes put and fetched, by a web page too`)];
  return [
    failure({
      id: "upload-cors",
      seen: `no Access-Control-Allow-Origin with ${unreadable.join(", ")}`,
      wanted: "* with every answer",
      meaning: "Web clients can neither upload nor show files, and do not learn why.",
      next: convergeCommand(network),
    }),
  ];
}

function broken(network: ExaminedNetwork, seen: string): Finding {
  return failure({
    id: "upload",
    seen,
    wanted: "a file that is put and fetched again",
    meaning: "People cannot send files and pictures.",
    next: onNode(network, "tail -n 20 /var/log/ejabberd/ejabberd.log"),
  });
}
