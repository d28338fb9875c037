import { afterEach, describe, expect, it, vi } from "vitest";
import type { Bag } from "../protocol/index.ts";
import { digitalOceanProvider } from "./provider.ts";

const configure = (config: Bag) => digitalOceanProvider.configure(config);
afterEach(() => vi.unstubAllEnvs());

describe("the provider's configuration", () => {
  it.each([
    ["nothing", {}],
    ["the official default", { apiEndpoint: "https://api.digitalocean.com" }],
    ["the domain in other words", { apiEndpoint: "https://API.DigitalOcean.com.:443/" }],
  ])("does not go to the real DigitalOcean with %s, and says what to install", (_, config) => {
    expect(() => configure({ ...config, token: "t" })).toThrow(/pulumi plugin install resource digitalocean \d+\.\d+/);
  });

  it("reads the environment where the stack says nothing", () => {
    vi.stubEnv("DIGITALOCEAN_API_URL", "https://api.digitalocean.com");
    vi.stubEnv("DIGITALOCEAN_ACCESS_TOKEN", "t");
    expect(() => configure({})).toThrow(/does not talk to the real/);
    expect(() => configure({ apiEndpoint: "http://10.99.0.1:8080/" })).not.toThrow();
  });

  it("says which setting is missing or wrong", () => {
    vi.stubEnv("DIGITALOCEAN_TOKEN", undefined);
    expect(() => configure({ apiEndpoint: "http://10.99.0.1:8080" })).toThrow(
      /set DIGITALOCEAN_TOKEN, or .*npm run pulumi -- config set --secret digitalocean:token --stack STACK/,
    );
    expect(() => configure({ apiEndpoint: "10.99.0.1", token: "t" })).toThrow(/digitalocean:apiEndpoint/);
  });
});
