import { describe, expect, it } from "vitest";
import { describeStep, nodesWords, parseEngineLine } from "./events.ts";

const urn = "urn:pulumi:local::imera::imera:index:XmppNetwork$command:remote:Command::imera-xmpp1-setup-ready";

describe("parseEngineLine", () => {
  it("reads the end of a step", () => {
    const metadata = { op: "create", urn, type: "command:remote:Command", old: null };
    const line = JSON.stringify({ sequence: 7, timestamp: 1, resOutputsEvent: { metadata } });
    expect(parseEngineLine(line, 5)).toEqual({
      kind: "done",
      atMs: 5,
      step: { op: "create", urn, type: "command:remote:Command" },
    });
  });

  it("reads which properties differ, and which of them the vendor cannot change", () => {
    const metadata = {
      op: "replace",
      urn,
      type: "digitalocean:index/volume:Volume",
      diffs: ["region"],
      detailedDiff: { region: { diffKind: "update-replace", inputDiff: true }, "tags[0]": { diffKind: "add" } },
      old: { inputs: { region: "fra1" } },
      new: { inputs: { region: "ams3", tags: ["a"] } },
    };
    expect(parseEngineLine(JSON.stringify({ sequence: 7, resourcePreEvent: { metadata } }), 5)).toMatchObject({
      step: {
        properties: [
          { name: "region", from: "fra1", to: "ams3", replaces: true },
          { name: "tags", from: undefined, to: ["a"], replaces: false },
        ],
      },
    });
  });

  it("reads what a command prints, without the engine's marks for colours", () => {
    const diagnosticEvent = { urn, severity: "info", message: "<{%reset%}>database: ready (1.5 s)\n<{%reset%}>" };
    expect(parseEngineLine(JSON.stringify({ sequence: 7, timestamp: 1, diagnosticEvent }), 5)).toEqual({
      kind: "line",
      atMs: 5,
      name: "imera-xmpp1-setup-ready",
      severity: "info",
      text: "database: ready (1.5 s)",
    });
  });

  it("tells a node's words of its steps from those of others", () => {
    const line = { kind: "line", atMs: 5, severity: "info", text: "database: ready (1.5 s)\n" } as const;
    expect(nodesWords({ ...line, name: "imera-xmpp1-setup-ready" })).toBe("database: ready (1.5 s)");
    expect(nodesWords({ ...line, name: "imera-xmpp1-setup-configuration" })).toBeUndefined();
    expect(nodesWords({ ...line, name: "imera-xmpp1-setup-ready", severity: "error" })).toBeUndefined();
  });

  it("passes on what the CLI says itself, which is no JSON", () => {
    const text = "error: the stack is currently locked by 1 lock(s).";
    expect(parseEngineLine(text, 5)).toMatchObject({ kind: "line", severity: "cli", text });
  });

  it.each(["", '{"sequence":1,"timestamp":1,"cancelEvent":{}}', debugLine()])("leaves out %j", (line) => {
    expect(parseEngineLine(line, 5)).toBeUndefined();
  });
});

describe("describeStep", () => {
  it.each([
    ["create", "step on the node imera-xmpp1-setup-ready created"],
    ["replace", "step on the node imera-xmpp1-setup-ready replaced"],
    ["same", undefined],
    ["create-replacement", undefined],
  ])("says of %s: %s", (op, line) => {
    expect(describeStep({ op, urn, type: "command:remote:Command" })).toBe(line);
  });
});

function debugLine(): string {
  const diagnosticEvent = { severity: "debug", message: "RegisterResource RPC prepared" };
  return JSON.stringify({ sequence: 1, timestamp: 1, diagnosticEvent });
}
