import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { tryTcp, tryUdp } from "./port-scan.ts";

/** Keeps this process from looking at its sockets. */
function beBusy(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe("an answer that came while this process was busy for longer than its patience", () => {
  it("is heard by tryTcp", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const attempt = tryTcp("127.0.0.1", (server.address() as AddressInfo).port, 20);
    beBusy(100);
    expect(await attempt).toBe("open");
  });

  it("is heard by tryUdp", async () => {
    const server = createSocket("udp4").bind(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    server.on("message", (message, { port, address }) => {
      server.send(message, port, address, () => beBusy(100));
    });
    expect(await tryUdp("127.0.0.1", server.address().port, Buffer.from("?"), 50)).toBe("open");
  });
});
