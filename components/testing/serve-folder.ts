import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";

/**
 * Serves the files of a folder by HTTP on 127.0.0.1, until the current test ends, and resolves to the port. In a process of its own,
 * since tests wait for a node's programs without turning to anything else.
 */
export async function serveFolder(folder: string): Promise<number> {
  const server = spawn("python3", ["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, "0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => {
    server.kill();
  });
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  const [, port] = /port (\d+)/.exec(String(line)) ?? [];
  if (port === undefined) throw new Error(`the web server says ${String(line)}`);
  return Number(port);
}
