import { createHash } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startPlugin, type PluginClient } from "../protocol/contract/plugin-client.ts";
import { replay } from "../protocol/contract/replay.ts";
import type { LogLine } from "./engine-log.ts";
import { commandProvider } from "./provider.ts";
import { freePort, startSshServer } from "./testing/ssh-server.ts";

const recording = path.resolve(import.meta.dirname, "../../../test/contracts/plugins/command.json");
const server = await startSshServer();
const connection = {
  host: "127.0.0.1",
  port: server.port,
  user: server.user,
  privateKey: server.privateKey,
  hostKey: server.hostKey,
};
const urn = "urn:pulumi:dev::imera::command:remote:Command::x";

afterAll(() => server.stop());

replay({
  definition: commandProvider(() => undefined),
  recording,
  placeholders: {
    "<private key>": server.privateKey,
    "<host key>": server.hostKey,
    "2222": String(server.port),
    "2223": String(await freePort()),
    root: server.user,
  },
  config: () => ({}),
  only: (_name, { type }) => type === "command:remote:Command",
  // The one command that prints something else each time is `date`.
  normalise: (json) => json.replaceAll(/"stdout":"\d+"/g, '"stdout":"now"'),
  senses: {
    "remote.Command": /could not set environment variable "A": ssh: setenv failed/,
    "remote.Command environment": /could not set environment variable "A": ssh: setenv failed/,
  },
});

describe("what is not recorded", () => {
  it.each(["command:local:Command", "command:remote:CopyToRemote"])("refuses %s", async (type) => {
    using plugin = await running();
    await expect(plugin.check(`urn:pulumi:dev::imera::${type}::x`, {})).rejects.toThrow(type);
  });

  it("refuses a proxy", async () => {
    using plugin = await running();
    const { failures } = await plugin.check(urn, { connection: { ...connection, proxy: { host: "bastion" } } });
    expect(failures.join()).toContain("proxy");
  });

  it("shows both streams line by line, and only those that are asked for", async () => {
    const lines: string[] = [];
    using plugin = await running((of, line) => void lines.push(`${of.split("::").at(-1) ?? ""} ${line}`));
    await plugin.create(urn, { connection, create: "echo one; echo two; echo three >&2", logging: "stdoutAndStderr" });
    expect(lines.toSorted()).toEqual(["x one", "x three", "x two"]);
    lines.length = 0;
    await plugin.create(urn, { connection, create: "echo one; echo three >&2", logging: "stderr" });
    expect(lines).toEqual(["x three"]);
  });

  it("passes long input and output whole", async () => {
    using plugin = await running();
    const stdin = "0123456789abcdef\n".repeat(60_000);
    const { outs } = await plugin.create(urn, { connection, create: "sha256sum; seq 1 100000", stdin });
    const { stdout } = z.object({ stdout: z.string() }).parse(outs);
    const [digest, ...numbers] = stdout.split("\n");
    expect(digest).toBe(`${createHash("sha256").update(stdin).digest("hex")}  -`);
    expect(numbers.length).toBe(100_000);
  });

  it("says so when the command is ended by a signal", async () => {
    using plugin = await running();
    await expect(plugin.create(urn, { connection, create: "kill -TERM $$" })).rejects.toThrow(
      'Process exited with status 143 from signal TERM: running "kill -TERM $$":\n',
    );
  });

  it("gives an attempt up when nobody answers in time", async () => {
    using plugin = await running();
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const impatient = { ...connection, port, perDialTimeout: 1, dialErrorLimit: 1 };
    await expect(plugin.create(urn, { connection: impatient, create: "true" })).rejects.toThrow(
      `after 1 failed attempts: dial tcp 127.0.0.1:${port}: i/o timeout`,
    );
    silent.close();
  });
});

async function running(log: LogLine = () => undefined): Promise<PluginClient & Disposable> {
  const plugin = await startPlugin(commandProvider(log), {});
  return { ...plugin, [Symbol.dispose]: () => plugin.stop() };
}
