import { messageOf } from "../../../host/error.ts";
import type { Log } from "../../emulation/log.ts";
import type { Recipients } from "../alert-entities.ts";

/** Sends a text to those who are told of an alert. Whoever cannot be reached is logged, and the others are told all the same. */
export type Tell = (recipients: Recipients, text: string) => Promise<void>;

/** Posts one message in Slack's form to an address, and resolves once it was taken. */
export type PostJson = (url: string, body: object) => Promise<void>;

/** Makes a {@link Tell}: messages to Slack are posted, mails are written to the log, for the local cloud has no mail. */
export function createTell(log: Log, post: PostJson): Tell {
  return async ({ emails, slacks }, text) => {
    for (const email of emails) log(`digitalocean MAIL to ${email}: ${text}`);
    for (const { channel, url } of slacks) {
      try {
        await post(url, { channel, username: "DigitalOcean", text });
      } catch (error) {
        // The URL is a secret.
        log(`digitalocean ALERT NOT DELIVERED to Slack's ${channel}: ${messageOf(error)}`);
      }
    }
  };
}
