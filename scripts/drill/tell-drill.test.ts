import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { tellSwitch } from "./tell-drill.ts";

/** Starts a switch that answers with a status; gives its address, and what it was asked for. */
async function startSwitch(status = 200) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/key/prod-drill` };
}

async function tell(address: string | undefined, passed: boolean): Promise<string[]> {
  const said: string[] = [];
  await tellSwitch({ switchUrl: address }, passed, (line) => said.push(line));
  return said;
}

it("a drill tells the dead man's switch how it ended", async () => {
  const { asked, address } = await startSwitch();
  expect(await tell(address, true)).toEqual([]);
  expect(await tell(address, false)).toEqual([]);
  expect(asked).toEqual(["/key/prod-drill", "/key/prod-drill/fail"]);
  expect(await tell(undefined, true)).toEqual([]);
});

it("a switch that does not know of drills, or is not there, is said, and its address is not", async () => {
  const { address } = await startSwitch(404);
  expect(await tell(address, true)).toEqual([expect.stringMatching(/answered 404.*a check prod-drill/)]);
  const [said = ""] = await tell("http://127.0.0.1:1/key/prod-drill", true);
  expect(said).toMatch(/was not told of this drill/);
  expect(said).not.toMatch("/key");
});
