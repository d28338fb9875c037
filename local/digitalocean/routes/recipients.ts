import { z } from "zod";
import { list } from "../body.ts";
import type { Recipients } from "../alert-entities.ts";
import { unprocessable } from "../errors.ts";

/** Schema of those who are told of an alert, as requests have them. */
export const recipientsBody = z.strictObject({
  email: list(z.email()),
  slack: list(z.strictObject({ channel: z.string(), url: z.url() })),
});

/** Reads those who are told of an alert. Throws 422 where there is nobody. */
export function readRecipients({ email, slack }: z.infer<typeof recipientsBody>): Recipients {
  if (email.length + slack.length === 0) throw unprocessable("at least one notification must be given");
  return { emails: email, slacks: slack };
}

/** Shows those who are told of an alert. */
export function recipientsView({ emails, slacks }: Recipients) {
  return { email: emails, slack: slacks };
}
