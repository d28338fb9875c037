import { describe, expect, it } from "vitest";
import { longSources, machineNames, maxSourceLines, shellScripts } from "../runner/committed-text.ts";

const registry = ["registry", "npmjs", "org"].join(".");

describe("machineNames", () => {
  it("finds the host of a package registry", () => {
    const found = machineNames([{ path: "a.json", text: `https://${registry}/x` }], "/srv/checkout");
    expect(found).toEqual([`a.json: names ${registry}`]);
  });

  it("finds the path of the checkout", () => {
    const found = machineNames([{ path: "a.md", text: "cd /srv/checkout/local" }], "/srv/checkout");
    expect(found).toEqual(["a.md: names /srv/checkout"]);
  });

  it("does not take a checkout in the root for a machine's name", () => {
    expect(machineNames([{ path: "a.md", text: "cd /app" }], "/app")).toEqual([]);
  });
});

describe("longSources", () => {
  it("names each source file over the limit with its length", () => {
    const text = "x\n".repeat(maxSourceLines + 1);
    const files = [
      { path: "long.ts", text },
      { path: "long.json", text },
      { path: "short.ts", text: "x\n".repeat(maxSourceLines) },
    ];
    expect(longSources(files)).toEqual([`long.ts: ${maxSourceLines + 1} lines, at most ${maxSourceLines}`]);
  });
});

describe("shellScripts", () => {
  it("knows a script by its first line or its name", () => {
    const files = [
      { path: "bin/converge", text: "#!/usr/bin/env bash\n" },
      { path: "bin/apply", text: "#!/bin/sh\n" },
      { path: "lib.sh", text: "x() { :; }\n" },
      { path: "bin/tool", text: "#!/usr/bin/env python3\n" },
      { path: "README.md", text: "`#!/bin/sh`\n" },
    ];
    expect(shellScripts(files)).toEqual(["bin/converge", "bin/apply", "lib.sh"]);
  });
});
