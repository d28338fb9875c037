import { canaryUser } from "../../../components/model/node-facts.ts";
import { logInAs } from "./canary-login.ts";
import type { NodeSession } from "./ssh.ts";
import type { StackAccess } from "../stack-access.ts";

/**
 * Logs in as the canary on a node that this machine is logged in on, through SSH: no firewall has to be open, and no name has
 * to lead there. Resolves to the full JID.
 */
export async function loginAsCanary(access: StackAccess, session: NodeSession, domain: string): Promise<string> {
  await using forwarded = await session.forward(c2sPort);
  const { jid } = await logInAs({
    domain,
    user: canaryUser,
    password: await access.required("canaryPassword"),
    host: "127.0.0.1",
    port: forwarded.port,
    caBundle: access.outside.caBundle,
  });
  return jid;
}

/** RFC 6120, section 14.7. */
const c2sPort = 5222;
