import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const library = fileURLToPath(new URL("../files/usr/local/lib/imera", import.meta.url));

/**
 * Runs Python that uses the node's library, `json` and `sys`, without any file of a node. `input` is its standard input, as JSON; gives
 * the JSON that it prints, and throws where it fails.
 */
export function nodePython(program: string, input: unknown): unknown {
  const preamble = "import json, sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, sys.argv[1])\n";
  const stdout = execFileSync("/usr/bin/python3", ["-c", preamble + program, library], {
    input: JSON.stringify(input),
  });
  return JSON.parse(stdout.toString());
}
