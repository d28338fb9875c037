import { expect, it } from "vitest";
import { readRuntimeOptions } from "./runtime-options.ts";

it("loads TypeScript through the SDK unless told otherwise, as the official language host does", () => {
  expect(readRuntimeOptions()).toEqual({ typescript: true, nodeArguments: [], tsconfig: undefined });
  expect(readRuntimeOptions({ typescript: false }).typescript).toBe(false);
});

it("takes Node's arguments apart", () => {
  expect(readRuntimeOptions({ nodeargs: " --import  tsx\n" }).nodeArguments).toEqual(["--import", "tsx"]);
});

it("knows the package manager's name and does nothing with it", () => {
  expect(readRuntimeOptions({ packagemanager: "npm", tsconfig: "tsconfig.json" }).tsconfig).toBe("tsconfig.json");
});

it("names all that is wrong at once", () => {
  expect(() => readRuntimeOptions({ typescript: "no", nodearg: "x" })).toThrow(
    / - typescript: must be a boolean, is a string\n - nodearg: unknown; known are typescript, nodeargs/,
  );
});
