import { text } from "node:stream/consumers";
import { z } from "zod";
import { addAccounts } from "./fill/accounts.ts";
import { sendMessages } from "./fill/messages.ts";
import {
  accountNamed,
  type Filled,
  filledAccount,
  type FillOrder,
  fillPlan,
  numberedRecipient,
  numberedSender,
} from "./fill/plan.ts";
import { writeProfile } from "./fill/profiles.ts";
import { writeRooms } from "./fill/rooms.ts";
import { uploadFiles } from "./fill/uploads.ts";
import { eachOf, logIn } from "./session.ts";

/**
 * Fills a network as its users would: everything through XMPP and HTTPS, nothing behind the server's back.
 *
 * Standard input: {@link FillOrder} as JSON. Standard output: {@link Filled} as JSON.
 */
async function main(): Promise<void> {
  const order: FillOrder = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const seconds: Record<string, number> = {};
  const timed = async <T>(part: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[part] = Math.round((performance.now() - started) / 100) / 10;
    return result;
  };

  const accounts = Array.from({ length: fillPlan.accounts }, (_, index) => filledAccount(order, index));
  const numbered = [numberedSender, numberedRecipient].map((name) => accountNamed(order, name));
  const admin = await logIn(order.admin);
  await timed("accounts", () => addAccounts(admin, order.domain, [...accounts, ...numbered]));
  const sessions = await timed("logins", () => eachOf(accounts, 8, (account) => logIn(account)));
  await timed("profiles", () => eachOf(sessions, 16, (session, index) => writeProfile(session, order, index)));
  await timed("rooms", () => writeRooms(sessions, order));
  await timed("messages", () => sendMessages(sessions, order));
  const uploads = await timed("uploads", () => uploadFiles(sessions, order));
  await timed("logouts", () => eachOf([admin, ...sessions], 32, (session) => session.stop()));
  const filled: Filled = { uploads, seconds };
  process.stdout.write(JSON.stringify(filled));
}

const orderSchema = z.object({
  domain: z.string(),
  admin: z.object({ jid: z.string(), password: z.string() }),
  seed: z.string(),
});

await main();
