import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { startPlugin } from "../protocol/contract/plugin-client.ts";
import { readRecording } from "../protocol/contract/recording.ts";
import { replay } from "../protocol/contract/replay.ts";
import { startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";
import { stubSpaces } from "./testing/stub-spaces.ts";
import { StubDigitalOcean, placeholders } from "./testing/stub-digitalocean.ts";

const tokens = new Set(digitalOceanProvider.resources.map(({ token }) => token));

describe.each(["digitalocean.json", "digitalocean-2.json"])("%s", (file) => {
  const stub = new StubDigitalOcean();
  const recording = fileURLToPath(new URL(`../../../test/contracts/plugins/${file}`, import.meta.url));
  replay({
    definition: digitalOceanProvider,
    recording,
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
      "Firewall tcp without port": /port_range.*inbound.*required.*tcp/,
    },
  });

  const { cases, invokes } = readRecording(recording);
  const others = [...new Set(Object.values(cases).map(({ type }) => type))].filter((type) => !tokens.has(type));
  it.each(others)("refuses %s, which no program here uses", async (type) => {
    const plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: "http://127.0.0.1:9", token: "stub" });
    await expect(plugin.check(`urn:pulumi:dev::imera::${type}::x`, {})).rejects.toThrow(
      `The resource type ${type} is not supported here.`,
    );
    plugin.stop();
  });

  const functions = [...new Set(Object.keys(invokes).map((call) => call.replace(/\{.*$/, "")))];
  it.each(functions)("refuses %s, which no program here calls", async (name) => {
    const plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: "http://127.0.0.1:9", token: "stub" });
    const token = `digitalocean:index/${name}:${name}`;
    await expect(plugin.invoke(token, {})).rejects.toThrow(`The function ${token} is not supported here.`);
    plugin.stop();
  });
});
