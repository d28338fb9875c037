import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import ssh2 from "ssh2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../../host/openssh-key.ts";
import { connectNode, type NodeSession } from "./ssh.ts";

/** A node whose commands never end, but `exit N`; its network can be cut. */
interface TestNode extends AsyncDisposable {
  connect(): Promise<NodeSession>;
  /** Ends every connection. */
  cut(): void;
  /** Leaves every connection open, and lets nothing through any more, as a machine without power. */
  silence(): void;
}

let node: TestNode;
beforeEach(async () => {
  node = await startNode();
});
afterEach(() => node[Symbol.asyncDispose]());

describe("a node's session", () => {
  it("gives the exit code of a command", async () => {
    await using session = await node.connect();
    expect(await session.run("exit 3")).toMatchObject({ exitCode: 3 });
  });

  it("says that the connection was lost and what to do, and can be disposed of then", async () => {
    const session = await node.connect();
    const running = session.run("sleep forever");
    await session.run("exit 0");
    node.cut();
    await expect(running).rejects.toThrow(
      /^sleep: the SSH connection to the node was lost[^]*run the same command again/,
    );
    await session[Symbol.asyncDispose]();
  });

  it("says so too where it was lost before the command began", async () => {
    const session = await node.connect();
    const running = session.run("sleep forever").catch(() => undefined);
    await session.run("exit 0");
    node.cut();
    await running;
    await expect(session.run("exit 0")).rejects.toThrow("exit: the SSH connection to the node was lost");
    await session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
  });

  it("does not wait for a goodbye of a machine without power", async () => {
    const session = await node.connect();
    node.silence();
    await session[Symbol.asyncDispose]();
  });

  it("gives a command up when its time is over", async () => {
    await using session = await node.connect();
    await expect(session.run("sleep forever", { timeoutMs: 100 })).rejects.toThrow("sleep: not done after 0 s");
  });
});

async function startNode(): Promise<TestNode> {
  const [host, user] = [generateOpenSshKeyPair("host"), generateOpenSshKeyPair("user")];
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (attempt) => attempt.accept());
    client.on("session", (accept) =>
      accept().on("exec", (acceptCommand, _reject, { command }) => {
        const channel = acceptCommand();
        if (!command.startsWith("exit ")) return;
        channel.exit(Number(command.slice("exit ".length)));
        channel.end();
      }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: serverPort } = server.address() as AddressInfo;
  const sockets: [Socket, Socket][] = [];
  const proxy = createServer((near) => {
    const far = connect(serverPort, "127.0.0.1");
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
    sockets.push([near, far]);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets.flat()) socket.destroy();
  };
  return {
    connect: () =>
      connectNode(
        { stack: "prod", runNumber: undefined },
        { host: "127.0.0.1", port, hostKey: host.publicKey, privateKey: user.privateKey },
      ),
    cut,
    silence: () => {
      for (const [near, far] of sockets) near.unpipe(far).pause();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await Promise.all([closed(proxy), closed(server)]);
    },
  };
}

function closed(server: { close(done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
