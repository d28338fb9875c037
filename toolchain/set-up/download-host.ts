import { Agent, request } from "node:https";
import process from "node:process";
import type { Versions } from "../versions.ts";

/** Pulumi's own download host, as far as the toolchain wants to know it. */
export interface DownloadHost {
  /** Whether what the toolchain would fetch can be had there now. */
  answers(): Promise<boolean>;
}

/** Asks `get.pulumi.com`, which serves both the CLI and the plugins, for the heads of the files that would be fetched. */
export function pulumiDownloadHost(versions: Versions, timeoutMs = 3_000): DownloadHost {
  const system = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const files = [
    `https://get.pulumi.com/releases/sdk/pulumi-v${versions.cli}-${process.platform}-${process.arch}.tar.gz`,
    ...Object.entries(versions.plugins).map(
      ([name, version]) =>
        `https://get.pulumi.com/releases/plugins/pulumi-resource-${name}-v${version}-${system}.tar.gz`,
    ),
  ];
  return {
    async answers() {
      const found = await Promise.all(files.map((file) => isThere(file, timeoutMs)));
      return found.every(Boolean);
    },
  };
}

/** Whether a HEAD request for `url` succeeds, directly or by the proxy that the environment names. */
async function isThere(url: string, timeoutMs: number): Promise<boolean> {
  const agent = new Agent({ proxyEnv: process.env });
  return new Promise((resolve) => {
    const head = request(url, { method: "HEAD", agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    // No name, no route, no trust, no answer in time: all mean that nothing can be fetched from there.
    head.on("error", () => resolve(false));
    head.end();
  });
}
