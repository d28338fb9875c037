import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { generateOpenSshKeyPair } from "../../../../host/openssh-key.ts";
import { notYet, waitUntil } from "../../../../host/wait-until.ts";

/** An OpenSSH server on loopback that lets this process's own user in with one key. */
export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** In OpenSSH's form. */
  readonly privateKey: string;
  /** The server's public key, as in authorized_keys. */
  readonly hostKey: string;
  stop(): Promise<void>;
}

const sshd = "/usr/sbin/sshd";

/** Starts Debian's sshd with a configuration, a host key and an authorized key of its own. */
export async function startSshServer(): Promise<SshServer> {
  if (!existsSync(sshd)) throw new Error(`There is no ${sshd}. Install it: apt-get install openssh-server`);
  const folder = await mkdtemp(path.join(tmpdir(), "imera-sshd-"));
  const host = generateOpenSshKeyPair("host");
  const client = generateOpenSshKeyPair("client");
  const port = await freePort();
  await writeFile(path.join(folder, "host_key"), host.privateKey, { mode: 0o600 });
  await writeFile(path.join(folder, "authorized_keys"), client.publicKey, { mode: 0o600 });
  await writeFile(path.join(folder, "sshd_config"), configuration(folder, port));
  // Debian's sshd wants this folder when it runs as root, and its service makes it.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const server = spawn(sshd, ["-D", "-e", "-f", path.join(folder, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  server.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
  await waitUntil({
    what: `sshd to listen on port ${port}`,
    intervalMs: 50,
    timeoutMs: 10_000,
    probe: async () => ((await isOpen(port)) ? { value: true } : notYet(words)),
  });
  return {
    port,
    user: userInfo().username,
    privateKey: client.privateKey,
    hostKey: host.publicKey,
    async stop() {
      server.kill();
      await rm(folder, { recursive: true });
    },
  };
}

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function configuration(folder: string, port: number): string {
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    "ListenAddress ::1",
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `PidFile ${folder}/sshd.pid`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "MaxStartups 100",
  ];
  return `${lines.join("\n")}\n`;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  }).finally(() => socket.destroy());
}
