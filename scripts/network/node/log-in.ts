import { connect, type Socket } from "node:net";
import ssh2, { Client } from "ssh2";
import { messageOf } from "../../../host/error.ts";
import type { NetworkMachine } from "../network-outputs.ts";
import type { StackAccess } from "../stack-access.ts";

/** Address of a node, the host key that proves it, and the private key that opens it. */
export interface NodeLogin {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  /** The host's public key, `ssh-ed25519 AAAA…`: any other key ends the connection. */
  readonly hostKey: string;
  /** OpenSSH private key of root's. Secret. */
  readonly privateKey: string;
}

/** Finds the login of a node of a stack, or of the droplet that watches it; `node` is an entry of the stack's outputs. */
export async function nodeLogin(access: StackAccess, node: NetworkMachine): Promise<NodeLogin> {
  return {
    host: node.publicIpv4,
    hostKey: node.sshHostKey,
    privateKey: await access.required("provisioningPrivateKey"),
  };
}

/**
 * Logs in as root. The key never leaves this process. Throws, with what to check, when the node does not answer, is another
 * host, or does not take the key. `sock`: the socket to use, for whoever has to end it without the node.
 */
export async function logIn(
  { host, port = 22, hostKey, privateKey }: NodeLogin,
  sock: Socket = connect(port, host),
): Promise<Client> {
  const expected = ssh2.utils.parseKey(hostKey);
  if (expected instanceof Error) {
    sock.destroy();
    throw new Error(`the host key of ${host} is no OpenSSH public key: ${hostKey}`);
  }
  const seen = { otherHost: false };
  const client = new Client();
  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", resolve).once("error", reject);
    client.once("close", () => reject(new Error("the connection was closed")));
  });
  client.connect({
    sock,
    username: "root",
    privateKey,
    readyTimeout: connectTimeoutMs,
    keepaliveInterval: 15_000,
    algorithms: { serverHostKey: ["ssh-ed25519"] },
    hostVerifier: (key: Buffer) => {
      seen.otherHost = !expected.getPublicSSH().equals(key);
      return !seen.otherHost;
    },
  });
  try {
    await ready;
    return client;
  } catch (error) {
    sock.destroy();
    const message = messageOf(error);
    const isRefused = error instanceof Error && "level" in error && error.level === "client-authentication";
    const why = seen.otherHost
      ? "another host answers there"
      : isRefused
        ? "the node does not take the stack's key"
        : message;
    const check = isRefused
      ? "Where imera:provisioningPrivateKey was changed, an update brings it to the node first."
      : "Check that the node runs, and that this machine is in one of imera:sshNetworks.";
    throw new Error(`SSH to ${host}: ${why}. ${check}`, { cause: error });
  }
}

const connectTimeoutMs = 20_000;
