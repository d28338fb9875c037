import { expect, it } from "vitest";
import { localArguments } from "./local-arguments.ts";

it.each([
  ["", "up", ""],
  ["--run 6", "up", "--run 6"],
  ["--run 6 preview", "preview", "--run 6"],
  ["--run=6 status --json", "status", "--run=6 --json"],
  ["ssh --run 6 xmpp1 ls -l", "ssh", "--run 6 xmpp1 ls -l"],
  ["--no-stack --run 6", "up", "--no-stack --run 6"],
  ["--help", "--help", ""],
  ["down --help", "down", "--help"],
])("finds the command in `npm run local -- %s`", (line, command, rest) => {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  expect(localArguments(words(line))).toEqual({ command, rest: words(rest) });
});
