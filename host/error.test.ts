import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { isUnreachable, messageOf, messageWithCauses } from "./error.ts";

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it("says the message of an error, and anything else as text", () => {
  expect(messageOf(new TypeError("no"))).toBe("no");
  expect(messageOf("no")).toBe("no");
  expect(messageOf(undefined)).toBe("undefined");
});

it("writes an error with its causes in one line", () => {
  const error = new Error("the droplet\n  was not made", { cause: new Error("no room", { cause: "disk full" }) });
  expect(messageWithCauses(error)).toBe("the droplet | was not made: no room: disk full");
});

it("knows that nobody answers, from fetch, from a socket and from what wraps their errors", async () => {
  const port = await freePort();
  const refused = await failureOf(fetch(`http://127.0.0.1:${port}/`));
  expect(isUnreachable(refused)).toBe(true);
  expect(isUnreachable(new Error("GET /", { cause: refused }))).toBe(true);
  expect(isUnreachable(await failureOf(once(connect(port, "127.0.0.1"), "connect")))).toBe(true);
  expect(isUnreachable(await failureOf(once(connect("/nowhere/unix.socket"), "connect")))).toBe(true);
});

it("takes a file that is not there for no such failure", async () => {
  expect(isUnreachable(await failureOf(readFile("/nowhere/file")))).toBe(false);
});

it.each([new TypeError("x is not a function"), new Error("401 unauthorized"), "ECONNREFUSED"])(
  "takes %s for no such failure",
  (error) => expect(isUnreachable(error)).toBe(false),
);
