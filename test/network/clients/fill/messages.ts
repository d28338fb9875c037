import { createHash } from "node:crypto";
import { type Client, xml } from "@xmpp/client";
import { eachOf, requests } from "../session.ts";
import { filledAccount, fillPlan, type FillOrder } from "./plan.ts";

/** Sends the plan's messages, as many from each account, and resolves when the server has taken all. */
export async function sendMessages(sessions: readonly Client[], order: FillOrder): Promise<void> {
  const each = fillPlan.messages / sessions.length;
  await eachOf(sessions, 16, async (session, index) => {
    for (let number = 0; number < each; number += 1) {
      const to = filledAccount(order, index + 1 + (number % fillPlan.contactsEach)).jid;
      const id = `${index}-${number}`;
      await session.send(xml("message", { to, type: "chat", id }, xml("body", {}, messageBody(index, number))));
    }
    // The server answers in order: with this answer it has handled what came before.
    await requests(session).get(xml("ping", { xmlns: "urn:xmpp:ping" }), undefined, 60_000);
  });
}

/** As long as people's messages are, and different each time. */
function messageBody(index: number, number: number): string {
  const noise = createHash("sha512").update(`${index} ${number}`).digest("base64");
  return `Message ${number} of ${index}: ${noise.slice(0, 20 + ((index + number) % 60))}`;
}
