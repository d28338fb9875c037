import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { replay } from "../protocol/contract/replay.ts";
import { startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";
import { stubSpaces } from "./testing/stub-spaces.ts";
import { StubDigitalOcean, placeholders } from "./testing/stub-digitalocean.ts";

const stub = new StubDigitalOcean();
const tokens = new Set(digitalOceanProvider.resources.map(({ token }) => token));

replay({
  definition: digitalOceanProvider,
  recording: fileURLToPath(new URL("../../../test/contracts/plugins/digitalocean.json", import.meta.url)),
  placeholders,
  only: (_, { type }) => tokens.has(type),
  config: (api) => {
    // Buckets have host names of their own, so the stub is reached as the proxy to all hosts.
    vi.stubEnv("HTTP_PROXY", api?.url);
    return { apiEndpoint: api?.url ?? "", token: "stub", ...stubSpaces };
  },
  api: () => startStubApi(stub.answer),
  prepare(_, { inputs, create }) {
    stub.nextId = create?.id ?? "";
    stub.makeWhatItWorksOn(inputs);
  },
  prepareChange(name, key) {
    // The recorder's stub had forgotten the droplet's second tag by the next change.
    const droplet = stub.collection("droplets").get("109");
    if (name === "Droplet" && key === "backups" && droplet !== undefined) droplet["tags"] = ["imera"];
  },
  normalise: (json) =>
    json
      .replaceAll(/\/actions\/\d+/g, "/actions/0")
      // Ids of attachments and assignments end in a time.
      .replaceAll(/-\d{26}\b/g, "-0"),
  senses: {
    "Volume formatted": /can only be expanded and not shrunk/,
    "Firewall without a rule": /At least one rule must be specified/,
    "Firewall bad protocol": /protocol.*"tcp", "udp", "icmp".*sctp/,
    "Firewall tcp without port": /port_range.*inbound.*required.*tcp/,
  },
});
