import { describe, expect, it } from "vitest";
import { volumesIn } from "./drill-stack.ts";

describe("volumesIn", () => {
  const volume = (name: string) => ({ urn: `urn:${name}`, type: "digitalocean:index/volume:Volume", inputs: { name } });

  it("finds those that are there and those that were being made when the engine was killed", () => {
    const deployment = {
      resources: [volume("imera-xmpp1-data-1111111"), { urn: "urn:stack", type: "pulumi:pulumi:Stack" }],
      pending_operations: [{ resource: volume("imera-xmpp1-data-2222222"), type: "creating" }],
    };
    expect(volumesIn({ version: 3, deployment })).toEqual(["imera-xmpp1-data-1111111", "imera-xmpp1-data-2222222"]);
  });

  it("finds none in a stack that was never built", () => {
    expect(volumesIn({ version: 3, deployment: {} })).toEqual([]);
  });
});
