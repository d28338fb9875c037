import http from "node:http";
import https from "node:https";
import process from "node:process";
import type { Versions } from "../versions.ts";

/** Pulumi's own download host, of which the toolchain asks one thing. */
export interface DownloadHost {
  /** Resolves to true when all files that the toolchain would fetch can be had there now. Never rejects. */
  answers(): Promise<boolean>;
}

/** Options of {@link pulumiDownloadHost}. */
export interface DownloadHostOptions {
  /** Default: `https://get.pulumi.com`, which serves both the CLI and the plugins. */
  readonly origin?: string;
  /** Time for all requests together, which are sent at once. Default: 3 s. */
  readonly timeoutMs?: number;
}

/** Asks Pulumi's download host for the heads of the files that would be fetched. */
export function pulumiDownloadHost(
  versions: Pick<Versions, "cli" | "plugins">,
  { origin = "https://get.pulumi.com", timeoutMs = 3_000 }: DownloadHostOptions = {},
): DownloadHost {
  const { platform, arch } = process;
  const plugins = Object.entries(versions.plugins).map(
    ([name, version]) => `pulumi-resource-${name}-v${version}-${platform}-${arch === "x64" ? "amd64" : arch}.tar.gz`,
  );
  const files = [
    `${origin}/releases/sdk/pulumi-v${versions.cli}-${platform}-${arch}.tar.gz`,
    ...plugins.map((file) => `${origin}/releases/plugins/${file}`),
  ];
  return {
    async answers() {
      const found = await Promise.all(files.map((file) => isThere(file, timeoutMs)));
      return found.every(Boolean);
    },
  };
}

/** Sends a HEAD request, by the proxy that the environment names if any, and resolves to whether the answer was 200. */
async function isThere(url: string, timeoutMs: number): Promise<boolean> {
  const { Agent, request } = url.startsWith("https:") ? https : http;
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
