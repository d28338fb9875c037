import { join } from "node:path";
import { execa } from "execa";
import { repositoryRoot } from "../runner/repository.ts";
import { type Cloud, testRunNumber } from "./cloud.ts";
import { onFirstNode } from "./first-node.ts";
import { httpsRequest } from "./https-request.ts";

/** Page of a link, as a person sees it. */
export interface ResetPage {
  readonly status: number;
  /** Text of the page, without its markup. */
  readonly text: string;
}

/** Has the operator's command make a link for an account of the tests' network. Rejects with what the command said. */
export async function makeResetLink(user: string): Promise<string> {
  const words = ["--stack", "local", "--run", testRunNumber(), user];
  const { stdout } = await execa(process.execPath, [join(repositoryRoot, "scripts/reset.ts"), ...words]);
  return linkIn(stdout);
}

/** Has the node's own program make the link, which is quicker. */
export async function makeResetLinkOnNode(user: string): Promise<string> {
  const question = JSON.stringify({ users: [user], hours: 1 });
  return linkIn(await onFirstNode("sh", "-c", `echo '${question}' | imera-reset`));
}

function linkIn(text: string): string {
  return /https:[^\s"]+/.exec(text)?.[0] ?? "";
}

/** Opens a link, or with a password sends its form as a browser would: the password twice. */
export async function openResetLink(cloud: Cloud, link: string, password?: string): Promise<ResetPage> {
  const form = password === undefined ? undefined : new URLSearchParams({ password, again: password }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await httpsRequest(cloud, link, form === undefined ? {} : { method: "POST", headers, body: form });
  const text = answer.body
    .replace(/^.*<body>|<[^>]*>/gs, " ")
    .replace(/\s+/g, " ")
    .trim();
  return { status: answer.status, text };
}
