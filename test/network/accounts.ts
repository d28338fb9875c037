import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./chat-client.ts";
import type { ClientMachine } from "./client-machine.ts";
import type { Cloud } from "./cloud.ts";

/** The administrator's account, which every network has. */
export function adminAccount(cloud: Cloud): Account {
  const [admin] = cloud.status.accounts;
  if (admin === undefined) throw new Error("status --json lists no account");
  return admin;
}

/** Makes an account with a name of its own, by the administrator's client. */
export async function newAccount(cloud: Cloud, machine: ClientMachine): Promise<Account> {
  const user = `test-${randomBytes(4).toString("hex")}`;
  const account = { jid: `${user}@${cloud.status.domain}`, passwordFile: join(machine.directory, user) };
  await writeFile(account.passwordFile, `${randomBytes(12).toString("hex")}\n`, { mode: 0o600 });
  const admin = adminAccount(cloud);
  const script = join(import.meta.dirname, "clients/slixmpp_add_user.py");
  const argv = [script, admin.jid, admin.passwordFile, account.jid, account.passwordFile];
  await machine.run("/usr/bin/python3", argv);
  return account;
}
