import { PositionEncoding, Workspace, type Diagnostic } from "@astral-sh/ruff-wasm-nodejs";
import type { CommittedFile } from "./repository.ts";

/** Selects the Python files: by their name, or by their first line where they are programs. */
export function pythonFiles<File extends CommittedFile>(files: readonly File[]): File[] {
  return files.filter(
    ({ path, text }) => path.endsWith(".py") || /^#!.*\bpython3\b/.test(text.split("\n", 1)[0] ?? ""),
  );
}

/** Lints Python with ruff, and compares it with what ruff's formatter makes of it. Gives a line for each problem. */
export function pythonProblems(files: readonly CommittedFile[]): string[] {
  using ruff = openRuff();
  return files.flatMap(({ path, text }) => {
    const found = ruff.check(text) as readonly Diagnostic[];
    const problems = found.map(
      ({ code, message, start_location: { row, column } }) => `${path}:${row}:${column}: ${code ?? ""} ${message}`,
    );
    // What cannot be parsed cannot be formatted either.
    const isFormatted = found.some(isSyntaxError) || ruff.format(text) === text;
    return isFormatted ? problems : [...problems, `${path}: not formatted: npm run format`];
  });
}

/** Formats the text of a Python file. Throws when it cannot be parsed. */
export function formatPython(text: string): string {
  using ruff = openRuff();
  return ruff.format(text);
}

function isSyntaxError({ code }: Diagnostic): boolean {
  return code === null || code === "invalid-syntax";
}

function openRuff(): Workspace {
  return new Workspace(ruffSettings, PositionEncoding.Utf16);
}

/** Settings of ruff, as in a file `ruff.toml`. The oldest Python that runs the files is that of Debian 12. */
const ruffSettings = {
  "line-length": 120,
  "target-version": "py311",
  lint: {
    select: [
      ...["E4", "E7", "E9", "W", "F", "I", "N", "UP", "B", "C4", "C90", "D101", "D102", "D103"],
      ...["SIM", "RET", "RUF", "PIE", "PERF", "ARG", "BLE"],
    ],
    // Exceptions here are named for what happened.
    ignore: ["N818"],
    isort: {
      "known-first-party": [
        "account",
        "backup",
        "certificate",
        "doctor",
        "importing",
        "node",
        "recovery",
        "retention",
        "support",
        "watch",
        "watcher",
      ],
    },
  },
};
