import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import ssh2 from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../../host/openssh-key.ts";
import { runRemotely } from "./run-remotely.ts";

const hostKey = generateOpenSshKeyPair("host");
const clientKey = generateOpenSshKeyPair("client");
const servers: { close(): unknown }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("runRemotely", () => {
  // On a busy machine, all that a quick command has to say comes in one packet.
  it.each([
    [0, undefined],
    [3, "Process exited with status 3"],
  ])("sees exit status %i of a command that is over before anybody listens", async (status, failure) => {
    const port = await throughSlowPipe(await quickCommands(status));
    const result = runRemotely({
      connection: {
        host: "127.0.0.1",
        port,
        user: "root",
        privateKey: clientKey.privateKey,
        hostKey: hostKey.publicKey,
        dialErrorLimit: 1,
        dialTimeoutSeconds: 5,
      },
      command: "quick",
      stdin: "",
      onLine: () => undefined,
      signal: new AbortController().signal,
      previous: undefined,
    });
    if (failure === undefined) expect(await result).toEqual({ stdout: "done", stderr: "" });
    else await expect(result).rejects.toThrow(failure);
  });
});

/** An SSH server whose commands are over at once. */
async function quickCommands(status: number): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
    client.on("authentication", (context) => context.accept());
    client.on("session", (acceptSession) => {
      acceptSession().on("exec", (acceptCommand) => {
        const channel = acceptCommand();
        channel.write("done\n");
        channel.exit(status);
        channel.end();
      });
    });
    client.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

/** Passes on at once what the client sends, and in one piece what the server has sent within 100 ms. */
async function throughSlowPipe(port: number): Promise<number> {
  const pipe: Server = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    let pending: Buffer[] = [];
    client.on("error", () => server.destroy()).pipe(server);
    server.on("error", () => client.destroy());
    server.on("data", (data) => {
      pending.push(data);
      if (pending.length > 1) return;
      void delay(100).then(() => {
        client.write(Buffer.concat(pending));
        pending = [];
      });
    });
  });
  pipe.listen(0, "127.0.0.1");
  await once(pipe, "listening");
  servers.push(pipe);
  return (pipe.address() as AddressInfo).port;
}
