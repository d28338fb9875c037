import { fileURLToPath } from "node:url";
import { replay } from "../protocol/contract/replay.ts";
import { startStubApi, type StubApi } from "../protocol/contract/stub-api.ts";
import { provider } from "./provider.ts";
import { stubCloudflare } from "./stub-cloudflare.ts";

replay({
  definition: provider,
  recording: fileURLToPath(new URL("../../../test/contracts/plugins/cloudflare.json", import.meta.url)),
  config: (api) => ({ apiToken: "a".repeat(40), baseUrl: `${api?.url ?? ""}/client/v4` }),
  api: async () => sameSpaces(await startStubApi(stubCloudflare())),
  // Younger than the plugin that was recorded.
  normalise: (json) => json.replace('"includeShadowMetadata":false,', ""),
  senses: {
    "no ttl": /'ttl' is required/,
    'getZone{"filter":{"name":"absent.example"}}': /failed to find exactly one result: 0 found/,
  },
});

/** A space in a query is `+` to one client and `%20` to another; both mean a space. */
function sameSpaces(api: StubApi): StubApi {
  const takeRequests = () =>
    api.takeRequests().map((request) => ({ ...request, path: request.path.replaceAll("%20", "+") }));
  return { ...api, takeRequests };
}
