import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { httpsAt } from "./https.ts";

function selfSigned() {
  const folder = temporaryFolder("https");
  const [keyFile, certificateFile] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const names = ["-subj", "/CN=chat.test", "-addext", "subjectAltName=DNS:chat.test", "-days", "1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  execFileSync("openssl", ["req", "-x509", ...key, ...names, "-keyout", keyFile, "-out", certificateFile], {
    stdio: "ignore",
  });
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certificateFile, "utf8") };
}

it("ends a connection that became a WebSocket: the command it is asked for would wait for the server", async () => {
  const { key, cert } = selfSigned();
  const server = createServer({ key, cert });
  const closed = new Promise<void>((resolve) => {
    server.on("upgrade", (_request, socket) => {
      socket.on("error", () => undefined).on("close", () => resolve());
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      socket.resume();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const headers = { connection: "Upgrade", upgrade: "websocket" };
    const answer = await httpsAt("127.0.0.1", `https://chat.test:${port}/ws`, { ca: cert, headers });
    expect(answer).toMatchObject({ status: 101, body: "" });
    await closed;
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
