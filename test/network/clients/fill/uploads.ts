import { createHash, randomBytes } from "node:crypto";
import { type Client, xml } from "@xmpp/client";
import { eachOf, requests } from "../session.ts";
import { fillPlan, type FillOrder, type StoredUpload } from "./plan.ts";

const uploadNs = "urn:xmpp:http:upload:0";
const smallestBytes = 1024;
const largestBytes = 1024 * 1024;

/** Uploads random files of 1 KiB to 1 MiB (XEP-0363), one each by as many accounts. */
export async function uploadFiles(sessions: readonly Client[], order: FillOrder): Promise<StoredUpload[]> {
  return eachOf(sessions.slice(0, fillPlan.uploads), 4, (session, index) => {
    const share = index / (fillPlan.uploads - 1);
    return upload(session, order, Math.round(smallestBytes + (largestBytes - smallestBytes) * share));
  });
}

async function upload(session: Client, { domain }: FillOrder, sizeBytes: number): Promise<StoredUpload> {
  const content = randomBytes(sizeBytes);
  const type = "application/octet-stream";
  const wanted = xml("request", {
    xmlns: uploadNs,
    filename: `file-${sizeBytes}.bin`,
    size: String(sizeBytes),
    "content-type": type,
  });
  const answer = await requests(session).request(xml("iq", { type: "get", to: `upload.${domain}` }, wanted));
  const slot = answer.getChild("slot", uploadNs);
  const putUrl = String(slot?.getChild("put")?.attrs.url);
  const url = String(slot?.getChild("get")?.attrs.url);
  const stored = await fetch(putUrl, { method: "PUT", body: content, headers: { "content-type": type } });
  if (stored.status !== 201) throw new Error(`PUT ${putUrl}: ${stored.status}`);
  return { url, sizeBytes, sha256: createHash("sha256").update(content).digest("hex") };
}
