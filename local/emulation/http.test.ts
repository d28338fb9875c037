import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { memoryStore } from "./store.ts";
import { bearerToken } from "./bearer.ts";
import { durable, notImplemented, requestLog } from "./middleware.ts";
import { startHttpServer } from "./server.ts";

describe("bearerToken", () => {
  it.each([
    ["Bearer abc_123-x", "abc_123-x"],
    ["bearer abc=", "abc="],
    ["Bearer ", undefined],
    ["Bearer a b", undefined],
    ["Basic YTpi", undefined],
    [undefined, undefined],
  ])("reads %j as %j", (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});

describe("a local API", () => {
  it("logs requests, and answers an unknown route with a loud 501", async () => {
    const lines: string[] = [];
    let nowMs = 0;
    const app = new Hono()
      .use(
        requestLog(
          "test",
          (line) => lines.push(line),
          () => (nowMs += 3),
        ),
      )
      .get("/known", (c) => c.text("yes"))
      .notFound(
        notImplemented(
          "test",
          (line) => lines.push(line),
          (message) => ({ message }),
        ),
      );
    expect((await app.request("/known?a=1")).status).toBe(200);
    const unknown = await app.request("/other", { method: "PUT" });
    expect(unknown.status).toBe(501);
    expect(await unknown.json()).toEqual({ message: "The local cloud does not implement PUT /other." });
    expect(lines).toEqual([
      "test GET /known?a=1 200 3 ms",
      "test NOT IMPLEMENTED: PUT /other",
      "test PUT /other 501 3 ms",
    ]);
  });

  it("answers an error when the state cannot be written", async () => {
    let flushes = 0;
    const flush = () => (++flushes === 1 ? Promise.resolve() : Promise.reject(new Error("disk full")));
    const store = { ...memoryStore(), flush };
    let made = 0;
    const app = new Hono()
      .use(durable(store))
      .post("/things", (c) => {
        made++;
        return c.json({}, 201);
      })
      .onError((error, c) => c.text(error.message, 500));
    for (let attempt = 0; attempt < 3; attempt++) {
      const answer = await app.request("/things", { method: "POST" });
      expect([answer.status, await answer.text()]).toEqual([500, "disk full"]);
    }
    expect(made).toBe(1);
  });
});

describe("startHttpServer", () => {
  it("serves on a free port until closed", async () => {
    const server = await startHttpServer({
      app: new Hono().get("/", (c) => c.text("hi")),
      hostname: "127.0.0.1",
      port: 0,
    });
    expect(await (await fetch(server.url)).text()).toBe("hi");
    const { url, port } = server;
    const second = startHttpServer({ app: new Hono(), hostname: "127.0.0.1", port });
    await expect(second).rejects.toThrow(`Cannot listen on 127.0.0.1 port ${port}`);
    await server.close();
    await expect(fetch(url)).rejects.toThrow();
  });
});
