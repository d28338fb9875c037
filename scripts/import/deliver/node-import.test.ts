import { expect, it } from "vitest";
import type { NodeSession } from "../../network/node/ssh.ts";
import { beginImport } from "./node-import.ts";

it("an import into a node of another version says how to bring that up to date", async () => {
  const session: NodeSession = {
    stack: { stack: "prod" },
    run: async (_, { input, onLine } = {}) => {
      input?.once("data", () => onLine?.(JSON.stringify({ answer: { domain: "example.org" } })));
      await new Promise((resolve) => input?.once("end", resolve));
      return { exitCode: 0, stdout: "", stderr: "" };
    },
    forward: () => Promise.reject(new Error("not here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await expect(beginImport(session)).rejects.toThrow(
    /another version[^]*npm run pulumi -- up --stack prod[^]*Nothing was/,
  );
});
