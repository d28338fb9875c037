import { describe, expect, it } from "vitest";
import { formatPython, pythonFiles, pythonProblems } from "../runner/python-source.ts";

const file = (path: string, text: string) => ({ path, text });

describe("the Python of this repository", () => {
  it("is found by name, or by its first line", () => {
    const files = [
      file("a.py", ""),
      file("program", "#!/usr/bin/python3 -B\n"),
      file("script", "#!/usr/bin/env bash\n# python3\n"),
      file("a.ts", ""),
    ];
    expect(pythonFiles(files).map(({ path }) => path)).toEqual(["a.py", "program"]);
  });

  it("is told of faults, with their place", () => {
    expect(pythonProblems([file("a.py", "import os\n")])).toEqual([
      expect.stringMatching(/^a\.py:1:8: F401 .*`os`.* unused/),
    ]);
    expect(pythonProblems([file("a.py", "x = (1\n")])[0]).toMatch(/^a\.py:\d+:\d+: /);
  });

  it("is told where its format is another than ruff's, which can be written", () => {
    expect(pythonProblems([file("a.py", "x = 'a'\n")])).toEqual(["a.py: not formatted: npm run format"]);
    expect(pythonProblems([file("a.py", formatPython("x = 'a'\n"))])).toEqual([]);
  });
});
