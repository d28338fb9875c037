import { expect, it } from "vitest";
import { alwaysPresentOutputs } from "../protocol/contract/declared-outputs.ts";
import { startPlugin } from "../protocol/contract/plugin-client.ts";
import { commandProvider } from "./provider.ts";

it("the state of a command has every property that the SDK declares as always present", async () => {
  const plugin = await startPlugin(
    commandProvider(() => undefined),
    {},
  );
  // Without anything to run, no machine is asked.
  const { outs } = await plugin.create("urn:pulumi:dev::imera::command:remote:Command::x", {
    connection: { host: "127.0.0.1" },
  });
  plugin.stop();
  const declared = alwaysPresentOutputs("@pulumi/command/remote/command.d.ts");
  expect(declared).toContain("stdout");
  expect(Object.keys(outs)).toEqual(expect.arrayContaining(declared));
});
