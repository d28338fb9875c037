import { list, object, text } from "../protocol/index.ts";
import { notEmpty } from "./input-rules.ts";

/** Properties of those who are told of an alert: mail addresses, and channels of Slack. */
export const recipientFields = {
  emails: list(text({ rule: notEmpty })),
  slacks: list(
    object({ channel: text({ required: true, rule: notEmpty }), url: text({ required: true, rule: notEmpty }) }),
  ),
};

interface Given {
  readonly emails?: readonly string[];
  readonly slacks?: readonly { readonly channel: string; readonly url: string }[];
}

interface Told {
  readonly email?: string[] | null;
  readonly slack?: { readonly channel?: string | null; readonly url?: string | null }[] | null;
}

/** Writes recipients as the official plugin does: null for a list that is empty. */
export function toRecipients({ emails = [], slacks = [] }: Given): Told {
  return {
    email: emails.length === 0 ? null : [...emails],
    slack: slacks.length === 0 ? null : slacks.map(({ channel, url }) => ({ channel, url })),
  };
}

/** Reads recipients into the state. */
export function fromRecipients({ email, slack }: Told) {
  return {
    emails: email ?? [],
    slacks: (slack ?? []).map(({ channel, url }) => ({ channel: channel ?? "", url: url ?? "" })),
  };
}
