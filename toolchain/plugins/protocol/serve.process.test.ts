import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";

const program = `
  import { main } from "${new URL("./index.ts", import.meta.url).href}";
  await main({
    name: "test", version: "1.2.3", config: {}, configure: () => undefined,
    resources: [], functions: [], idInState: true, readsAfterFailedUpdate: true, detailedDiff: true,
  });
`;

it("prints its port and ends when the engine is gone", async () => {
  const engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
  const plugin = spawn(process.execPath, ["--input-type=module-typescript", "-e", program, "--", "plugin", address], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(plugin, "exit");
  const [port] = (await once(plugin.stdout.setEncoding("utf8"), "data")) as [string];
  expect(port).toMatch(/^\d+\n$/);
  engine.close();
  expect(await exited).toEqual([0, null]);
});
