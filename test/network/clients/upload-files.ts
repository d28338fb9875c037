import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import { logIn, requests } from "./session.ts";

/** What the server answered to one request for a file, made as a web page of another origin makes it. */
export interface UploadAnswer {
  readonly name: string;
  /** The request: a method, and what was wrong with it. */
  readonly what: string;
  readonly status: number;
  readonly type: string | null;
  /** Origins whose pages may read the answer. */
  readonly origin: string | null;
}

/**
 * Uploads a small file under each name (XEP-0363), and makes requests that are refused beside it.
 *
 * Standard input: `{"login": {"jid", "password"}, "domain", "names"}` as JSON. Standard output: an {@link UploadAnswer} for each
 * request, as a JSON array.
 */
async function main(): Promise<void> {
  const { login, domain, names } = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const answers: UploadAnswer[] = [];
  for (const name of names) {
    const say = async (what: string, url: string, method: string, body?: string): Promise<void> => {
      const headers = { origin: "https://chat.example.org" };
      const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
      await answer.arrayBuffer();
      const [type, origin] = ["content-type", "access-control-allow-origin"].map((header) =>
        answer.headers.get(header),
      );
      answers.push({ name, what, status: answer.status, type: type ?? null, origin: origin ?? null });
    };
    const { put, get } = await slotFor(session, domain, name);
    await say("options", put, "OPTIONS");
    await say("put of another size", put, "PUT", `${content} and more`);
    const second = await slotFor(session, domain, name);
    await say("put", second.put, "PUT", content);
    await say("put again", second.put, "PUT", content);
    await say("get", second.get, "GET");
    await say("get of nothing", `${get}.gone`, "GET");
  }
  await session.stop();
  process.stdout.write(JSON.stringify(answers));
}

const orderSchema = z.object({
  login: z.object({ jid: z.string(), password: z.string() }),
  domain: z.string(),
  names: z.array(z.string()),
});
const content = "not what its name says";
const uploadNs = "urn:xmpp:http:upload:0";

async function slotFor(session: Client, domain: string, filename: string): Promise<{ put: string; get: string }> {
  const wanted = xml("request", { xmlns: uploadNs, filename, size: String(content.length) });
  const answer = await requests(session).request(xml("iq", { type: "get", to: `upload.${domain}` }, wanted));
  const slot = answer.getChild("slot", uploadNs);
  const url = (name: string) => String(slot?.getChild(name)?.attrs.url);
  return { put: url("put"), get: url("get") };
}

await main();
