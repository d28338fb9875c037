import { objectStoreProxyPort } from "../run/address-plan.ts";
import type { Run } from "../run/run.ts";

/**
 * An engine's environment in which its plugins reach the run's object store: over `http:` they go through the run's own
 * proxy, in the place of one of the user's, which has nothing to reach there. A proxy for `https:` stays, and so do the hosts
 * that the user wants to reach without one; the run's APIs and this machine are added to them.
 * https://nodejs.org/docs/latest-v24.x/api/http.html#built-in-proxy-support
 */
export function proxyEnvironment(run: Run, base: Readonly<Record<string, string>>): Record<string, string> {
  const { cloudIpv4 } = run.addresses;
  // gRPC reads the name in lower case, and would ask the proxy for the engine's own ports.
  const others = Object.entries(base).filter(([name]) => name !== "http_proxy");
  const users = (base["no_proxy"] ?? base["NO_PROXY"] ?? "").split(",");
  const without = [cloudIpv4, "127.0.0.1", "localhost", ...users].map((host) => host.trim());
  const direct = [...new Set(without)].filter((host) => host !== "").join(",");
  return {
    ...Object.fromEntries(others),
    HTTP_PROXY: `http://${cloudIpv4}:${objectStoreProxyPort}`,
    NO_PROXY: direct,
    no_proxy: direct,
    NODE_USE_ENV_PROXY: "1",
  };
}
