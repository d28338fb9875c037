import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";

const program = join(import.meta.dirname, "../files/usr/local/lib/imera/ping-switch");

/** Starts a switch of healthchecks' form that refuses the first pings. Gives its address and what it was asked. */
async function startSwitch(refusals = 0) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(asked.length <= refusals ? 503 : 200).end("OK");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/key/prod-xmpp1`, asked };
}

async function ping(name: string, result: string, secrets: string | undefined) {
  const root = temporaryFolder("switch");
  mkdirSync(join(root, "etc/imera"), { recursive: true });
  if (secrets !== undefined) writeFileSync(join(root, "etc/imera/watch-secrets.json"), secrets);
  const env = { ...process.env, IMERA_ROOT: root, SERVICE_RESULT: result, no_proxy: "127.0.0.1" };
  const child = spawn("python3", ["-B", program, name], { env });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const [status] = (await once(child, "close")) as [number];
  return { status, stderr };
}

describe("ping-switch", () => {
  it("says that a backup has ended well, or that it has failed, each under its own name", async () => {
    const { address, asked } = await startSwitch();
    const secrets = JSON.stringify({ deadManSwitchUrl: address });
    expect(await ping("backup", "success", secrets)).toEqual({ status: 0, stderr: "" });
    expect(await ping("certificate", "exit-code", secrets)).toEqual({ status: 0, stderr: "" });
    expect(asked).toEqual(["/key/prod-xmpp1-backup", "/key/prod-xmpp1-certificate/fail"]);
  });

  it("tries again", async () => {
    const { address, asked } = await startSwitch(1);
    expect(await ping("backup", "success", JSON.stringify({ deadManSwitchUrl: address }))).toMatchObject({ status: 0 });
    expect(asked).toHaveLength(2);
  });

  it("says so where the switch is away, and not its address", async () => {
    const secrets = JSON.stringify({ deadManSwitchUrl: "http://127.0.0.1:9/secretkey" });
    const { status, stderr } = await ping("backup", "success", secrets);
    expect(status).toBe(1);
    expect(stderr).toContain("the dead man's switch was not told of the backup");
    expect(stderr).not.toContain("secretkey");
  });

  it.each([undefined, '{"deadManSwitchUrl": null}'])("does nothing where there is none: %s", async (secrets) => {
    expect(await ping("backup", "success", secrets)).toEqual({ status: 0, stderr: "" });
  });
});
