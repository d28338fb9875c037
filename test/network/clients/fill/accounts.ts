import { type Client, xml } from "@xmpp/client";
import { eachOf, type Login, requests } from "../session.ts";

const commandsNs = "http://jabber.org/protocol/commands";
const addUserNode = "http://jabber.org/protocol/admin#add-user";

/** Makes accounts as an administrator does from any client: by the ad-hoc command "Add User" (XEP-0133, section 4.1). */
export async function addAccounts(admin: Client, domain: string, accounts: readonly Login[]): Promise<void> {
  await eachOf(accounts, 8, (account) => addAccount(admin, domain, account));
}

async function addAccount(admin: Client, domain: string, { jid, password }: Login): Promise<void> {
  const asked = await command(admin, domain, {});
  const sessionid = String(asked.attrs.sessionid);
  const fields = { accountjid: jid, password, "password-verify": password };
  const form = xml(
    "x",
    { xmlns: "jabber:x:data", type: "submit" },
    field("FORM_TYPE", "http://jabber.org/protocol/admin"),
    ...Object.entries(fields).map(([name, value]) => field(name, value)),
  );
  const answer = await command(admin, domain, { action: "complete", sessionid }, form);
  if (answer.attrs.status !== "completed") {
    throw new Error(`${jid}: the server answered ${answer.toString()}`);
  }
}

async function command(
  admin: Client,
  domain: string,
  attributes: Readonly<Record<string, string>>,
  form?: ReturnType<typeof xml>,
) {
  const children = form === undefined ? [] : [form];
  const element = xml("command", { xmlns: commandsNs, node: addUserNode, ...attributes }, ...children);
  const answer = await requests(admin).set(element, domain);
  if (answer === undefined) throw new Error("an ad-hoc command was answered without a command");
  return answer;
}

function field(name: string, value: string) {
  return xml("field", { var: name }, xml("value", {}, value));
}
