import { describe, expect, it } from "vitest";
import type { EngineEvent } from "../../toolchain/engine/events.ts";
import { recordedRun } from "./testing/recorded.ts";
import { cloudRequests, divide, nodeStepsDone, operationsDone, upPhases } from "./timeline.ts";

const up = recordedRun("up");
const whole = { fromMs: up.startedAtMs, toMs: up.endedAtMs };
const phases = divide(whole, upPhases(up));
const operations = operationsDone([up], up.startedAtMs - 10_000);

describe("a recorded rebuild", () => {
  it("gives each second to one phase", () => {
    const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(total).toBeCloseTo((up.endedAtMs - up.startedAtMs) / 1000, 1);
    expect(new Set(phases.map(({ name }) => name)).size).toBe(phases.length);
  });

  it("has the phases of a droplet's replacement", () => {
    const names = phases.map(({ name }) => name);
    const told = ["engine", "droplet", "boot and packages", "recovery", "database", "ejabberd", "firewall and DNS"];
    for (const name of told) expect(names).toContain(name);
  });

  it("counts the database's own time, though the certificate was made beside it", () => {
    const step = nodeStepsDone([up]).find((candidate) => candidate.step === "database");
    const phase = phases.find(({ name }) => name === "database");
    expect(phase?.seconds).toBeCloseTo(step?.seconds ?? Number.NaN, 1);
  });

  it("lists what was done with its time from the start of the command", () => {
    const droplet = operations.find(({ name }) => name === "imera-xmpp1-droplet");
    expect(droplet).toMatchObject({ operation: "create", type: "digitalocean:index/droplet:Droplet" });
    expect(droplet?.startSeconds).toBeGreaterThan(10);
    expect(operations.map(({ operation }) => operation)).not.toContain("same");
  });
});

describe("divide", () => {
  it("gives an instant to the first phase that covers it, and to the engine where none does", () => {
    const times = [
      { name: "recovery", fromMs: 2_000, toMs: 4_000 },
      { name: "question", fromMs: 3_000, toMs: 6_000 },
      { name: "refresh", fromMs: -5_000, toMs: 1_000 },
      { name: "question", fromMs: 8_000, toMs: 99_000 },
    ] as const;
    expect(divide({ fromMs: 0, toMs: 10_000 }, times)).toEqual([
      { name: "refresh", seconds: 1 },
      { name: "question", seconds: 4 },
      { name: "engine", seconds: 3 },
      { name: "recovery", seconds: 2 },
    ]);
  });
});

describe("cloudRequests", () => {
  const urn = (name: string) => `urn:pulumi:s::imera::digitalocean:index/droplet:Droplet::${name}`;
  const step = (name: string, op = "create") => ({ op, urn: urn(name), type: "digitalocean:index/droplet:Droplet" });
  const run = (events: EngineEvent[]) => ({ startedAtMs: 0, endedAtMs: 60_000, events });

  it("counts time in which two requests ran beside each other once", () => {
    const events: EngineEvent[] = [
      { kind: "begin", atMs: 0, step: step("a") },
      { kind: "begin", atMs: 5_000, step: step("b") },
      { kind: "done", atMs: 10_000, step: step("a") },
      { kind: "done", atMs: 12_000, step: step("b") },
    ];
    expect(cloudRequests([run(events)])).toEqual({ seconds: 12, operations: 2 });
  });

  it("counts what was cut off until the end, and nothing that did not change", () => {
    const events: EngineEvent[] = [
      { kind: "begin", atMs: 50_000, step: step("a") },
      { kind: "begin", atMs: 0, step: step("b", "same") },
      { kind: "done", atMs: 40_000, step: step("b", "same") },
    ];
    expect(cloudRequests([run(events)])).toEqual({ seconds: 10, operations: 1 });
  });
});
