import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
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
  const declared = alwaysPresent();
  expect(declared).toContain("stdout");
  expect(Object.keys(outs)).toEqual(expect.arrayContaining(declared));
});

function alwaysPresent(): string[] {
  const file = createRequire(import.meta.url).resolve("@pulumi/command/remote/command.d.ts");
  const declarations = [...readFileSync(file, "utf8").matchAll(/^ {4}readonly (\w+): pulumi\.Output<(.*)>;$/gm)];
  return declarations.filter(([, , type = ""]) => !type.includes("undefined")).map(([, name = ""]) => name);
}
