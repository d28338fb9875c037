import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { PlainSettings } from "../../components/settings/schema.ts";
import { configuredServices, type Service } from "../../components/model/services.ts";
import { canaryUser } from "../../components/model/node-facts.ts";
import { messageOf } from "../../host/error.ts";
import { openSession, type OpenedSession } from "../network/node/canary-login.ts";
import type { NetworkNode, NetworkOutputs } from "../network/network-outputs.ts";
import { readPlainSettings } from "../network/plain-settings.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { AcceptedFinding } from "./accepted.ts";
import { NotLooked } from "./not-looked.ts";
import { examineNode, type NodeReport } from "./node-report.ts";

/** Network that is examined: the stack's model of it, and what several checks share. */
export interface ExaminedNetwork extends AsyncDisposable {
  readonly access: StackAccess;
  readonly settings: PlainSettings;
  readonly outputs: NetworkOutputs;
  readonly services: readonly Service[];
  /** Node that the data is on. */
  readonly node: NetworkNode;
  readonly accepted: readonly AcceptedFinding[];
  /** Domains of other servers, one of which has to answer. */
  readonly peers: readonly string[];
  /** Certificate authorities in PEM that a client trusts. */
  readonly trusted: readonly string[];
  /** Opens the canary's session, once for all checks. Rejects with the server's words. */
  login(): Promise<OpenedSession>;
  /** Gives the canary's session. Rejects with {@link NotLooked} where it could not log in. */
  session(): Promise<OpenedSession>;
  /** Asks the node for its own examination, once for all checks. Rejects where it does not answer. */
  ask(): Promise<NodeReport>;
}

/** Stack, its model, and the servers to talk to, as {@link examinedNetwork} takes them. */
export type ExaminedStack = Pick<ExaminedNetwork, "access" | "settings" | "outputs" | "peers"> & {
  /** Password of the canary. Secret. */
  readonly password: string;
};

/** Reads all that an examination needs to know of a stack. Rejects where the stack has no network. */
export async function readExaminedStack(access: StackAccess, peer: string | undefined): Promise<ExaminedStack> {
  const [settings, outputs, password] = await Promise.all([
    readPlainSettings(access),
    access.outputs(),
    access.required("canaryPassword"),
  ]);
  const peers = peer === undefined ? (access.run === undefined ? wellKnownPeers : []) : [peer];
  return { access, settings, outputs, password, peers };
}

/** Servers that have been there for many years. One that is down says nothing of the network, all of them at once does. */
const wellKnownPeers = ["jabber.org", "xmpp.org", "conversations.im"];

/** Time limit in milliseconds of one step of a look from outside: silence is a finding, and comes in time. */
export const stepLimitMs = 4_000;

/** Begins the examination of a network. Disposing it ends what the checks share. */
export function examinedNetwork(stack: ExaminedStack): ExaminedNetwork {
  const { access, settings, outputs } = stack;
  const [node] = outputs.nodes;
  if (node === undefined) throw new Error(`The network of the stack ${access.stack} has no node.`);
  const { caBundle } = access.outside;
  let session: Promise<OpenedSession> | undefined;
  let report: Promise<NodeReport> | undefined;
  const login = () => (session ??= logIn(stack, node));
  return {
    ...stack,
    services: configuredServices(settings),
    node,
    accepted: settings.acceptedFindings,
    trusted: caBundle === undefined ? [...rootCertificates] : [readFileSync(caBundle, "utf8")],
    login,
    session: async () => {
      try {
        return await login();
      } catch (error) {
        throw new NotLooked(`nobody can log in: ${messageOf(error)}`, { cause: error });
      }
    },
    ask: () => (report ??= examineNode(access, node)),
    [Symbol.asyncDispose]: async () => {
      await (await session?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

function logIn({ access, outputs, password }: ExaminedStack, { serviceIpv4 }: NetworkNode): Promise<OpenedSession> {
  const { caBundle } = access.outside;
  return openSession({
    domain: outputs.domain,
    user: canaryUser,
    password,
    host: serviceIpv4,
    caBundle,
    timeoutMs: stepLimitMs,
  });
}
