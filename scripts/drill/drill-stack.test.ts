import { describe, expect, it } from "vitest";
import { engineComplaints, volumesIn } from "./drill-stack.ts";

describe("volumesIn", () => {
  const volume = (name: string) => ({ type: "digitalocean:index/volume:Volume", inputs: { name } });

  it("finds those that are there and those that were being made when the engine was killed", () => {
    const deployment = {
      resources: [volume("imera-xmpp1-data-1111111"), { type: "pulumi:pulumi:Stack" }],
      pending_operations: [{ resource: volume("imera-xmpp1-data-2222222"), type: "creating" }],
    };
    expect(volumesIn(JSON.stringify({ version: 3, deployment }))).toEqual([
      "imera-xmpp1-data-1111111",
      "imera-xmpp1-data-2222222",
    ]);
  });

  it("finds none in a stack that was never built", () => {
    expect(volumesIn(JSON.stringify({ version: 3, deployment: {} }))).toEqual([]);
  });
});

describe("engineComplaints", () => {
  it("are the diagnostics of the last run, without what follows them", () => {
    const log = [
      "Diagnostics:",
      "  an earlier run",
      "Duration: 1s",
      "Updating (drill-1a2b3c):",
      " +  command:remote:Command imera-xmpp1-setup-ready creating",
      "Diagnostics:",
      "  command:remote:Command (imera-xmpp1-setup-ready):",
      "    error: recovery: the backup cannot be read.",
      "",
      "Outputs:",
      "    domain: example.org",
      "Duration: 40s",
    ].join("\n");
    expect(engineComplaints(log)).toBe(
      "  command:remote:Command (imera-xmpp1-setup-ready):\n    error: recovery: the backup cannot be read.",
    );
  });

  it("are unknown where there are none", () => {
    expect(engineComplaints("Updating…")).toBeUndefined();
  });
});
