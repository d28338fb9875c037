import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderDefinition } from "../resource.ts";
import { changedOuts, comparable } from "./compare.ts";
import { type PluginClient, startPlugin } from "./plugin-client.ts";
import { type RecordedCase, type RecordedProperties, type RecordedRequest, readRecording } from "./recording.ts";
import type { StubApi } from "./stub-api.ts";

/** What is replayed, and against what. */
export interface Replay<C> {
  readonly definition: ProviderDefinition<C>;
  /** Path of the recorded JSON. */
  readonly recording: string;
  /** This run's values for texts such as `<private key>` in the recording. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** Which cases; all when left out. */
  only?(name: string, recorded: RecordedCase): boolean;
  /** Configuration of the provider. Asked after `api` has started. */
  config(api: StubApi | undefined): Readonly<Record<string, string>>;
  /** Starts the vendor's API, for plugins that have one. */
  api?(): Promise<StubApi>;
  /** Sets the vendor's API up for a case. */
  prepare?(name: string, recorded: RecordedCase): void;
  /** Takes out of a JSON text what differs from run to run: times, ids made of them. */
  readonly normalise?: (json: string) => string;
  /** What the messages of failing cases must say, by case; where none is given, the message must be equal. */
  readonly senses?: Readonly<Record<string, RegExp>>;
}

/** Registers one test for each step of each recorded case, in the recorded order. */
export function replay<C>(options: Replay<C>): void {
  const { cases, invokes } = readRecording(options.recording, options.placeholders);
  let api: StubApi | undefined;
  let plugin: PluginClient | undefined;
  const run = (): Run => {
    if (plugin === undefined) throw new Error("The plugin has not started.");
    return {
      plugin,
      takeRequests: () => comparable(api?.takeRequests() ?? []),
      normalise: normaliser(options.normalise),
    };
  };
  beforeAll(async () => {
    api = await options.api?.();
    plugin = await startPlugin(options.definition, options.config(api));
  });
  afterAll(async () => {
    plugin?.stop();
    await api?.stop();
  });
  for (const [name, recorded] of Object.entries(cases)) {
    if (options.only?.(name, recorded) === false) continue;
    describe(name, () => {
      beforeAll(() => options.prepare?.(name, recorded));
      replayCase(recorded, run, options.senses?.[name]);
    });
  }
  replayInvokes(options, invokes, run);
}

interface Run {
  readonly plugin: PluginClient;
  readonly takeRequests: () => ReturnType<typeof comparable>;
  readonly normalise: <T>(value: T) => T;
}

function replayCase(recorded: RecordedCase, run: () => Run, sense: RegExp | undefined): void {
  const urn = `urn:pulumi:dev::imera::${recorded.type}::x`;
  // A made up name differs from the recorded one in its random part.
  const names = (text: string) => text.replaceAll(/\bx-[0-9a-f]{7}\b/g, "x-0000000");
  const same = <T>(actual: T, expected: T) =>
    expect(run().normalise(rename(actual, names))).toEqual(run().normalise(rename(expected, names)));
  const sameRequests = (expected: readonly RecordedRequest[] | undefined) => {
    if (expected !== undefined) same(run().takeRequests(), comparable(expected));
  };
  const state: { inputs: RecordedProperties; id: string; outs: RecordedProperties } = { inputs: {}, id: "", outs: {} };

  it("checks its inputs", async () => {
    run().takeRequests();
    const { inputs, failures } = await run().plugin.check(urn, recorded.inputs);
    state.inputs = inputs;
    same(inputs, recorded.checked);
    if (recorded.failures === undefined) expect(failures).toEqual([]);
    else expectSense(failures.join("\n"), sense, recorded.failures.map((each) => each.reason).join("\n"));
  });
  const { previewOuts, create, error, read, readWhenGone } = recorded;
  if (previewOuts !== undefined) {
    it("previews", async () => same(await run().plugin.previewCreate(urn, state.inputs), previewOuts));
  }
  if (create === undefined && error !== undefined) {
    it("cannot be created", async () => {
      const thrown = await messageOf(run().plugin.create(urn, state.inputs));
      expectSense(thrown, sense, error);
      sameRequests([]);
    });
  }
  if (create === undefined) return;
  it("is created", async () => {
    const { id, outs } = await run().plugin.create(urn, state.inputs);
    Object.assign(state, { id, outs });
    sameRequests(create.requests);
    same(outs, create.outs);
    if (create.requests !== undefined) same(id, create.id);
  });
  if (read !== undefined) {
    it("is read", async () => {
      const found = await run().plugin.read(urn, state.id, state.outs, state.inputs);
      sameRequests(read.requests);
      same(found.outs, read.outs ?? (read.sameOuts ? create.outs : found.outs));
      if (read.inputs !== undefined) same(found.inputs, read.inputs);
    });
  }
  replayChanges(recorded, { urn, state, run, same, sameRequests, sense });
  it("is deleted", async () => {
    const deleted = run().plugin.delete(urn, state.id, state.outs, state.inputs);
    if (recorded.deleteError === undefined) await deleted;
    else expect(await messageOf(deleted)).toBe(recorded.deleteError);
    sameRequests(recorded.delete?.requests);
  });
  if (readWhenGone !== undefined) {
    it("is gone", async () => {
      const found = await run().plugin.read(urn, state.id, state.outs, state.inputs);
      expect(found.id).toBe("");
      sameRequests(readWhenGone.requests);
    });
  }
}

interface CaseContext {
  readonly urn: string;
  readonly state: { inputs: RecordedProperties; id: string; outs: RecordedProperties };
  readonly run: () => Run;
  readonly same: <T>(actual: T, expected: T) => void;
  readonly sameRequests: (expected: readonly RecordedRequest[] | undefined) => void;
  readonly sense: RegExp | undefined;
}

function replayChanges(recorded: RecordedCase, context: CaseContext): void {
  const { urn, state, run, same, sameRequests, sense } = context;
  for (const [key, change] of Object.entries(recorded.diffs ?? {})) {
    const changed = async () => {
      const inputs = key === "(none)" ? recorded.inputs : withMember(recorded.inputs, key, change.to);
      const { inputs: news, failures } = await run().plugin.check(urn, inputs);
      expect(failures).toEqual([]);
      return { olds: state.outs, oldInputs: state.inputs, news };
    };
    if (change.changes === undefined) {
      it(`cannot change ${key}`, async () => {
        const message = await changed().then((each) => messageOf(run().plugin.diff(urn, state.id, each)));
        expectSense(message, sense, recorded.error ?? "");
      });
      continue;
    }
    it(`plans a change of ${key}`, async () => {
      const planned = await run().plugin.diff(urn, state.id, await changed());
      const { changes, replaces = [], detailed = {}, deleteBeforeReplace = false } = change;
      expect(planned).toEqual({ changes, replaces, detailed, deleteBeforeReplace });
    });
    const { update, updateOuts, updateError } = change;
    if (update !== undefined || updateOuts !== undefined) {
      it(`changes ${key}`, async () => {
        const outs = await run().plugin.update(urn, state.id, await changed());
        sameRequests(update?.requests);
        if (update !== undefined) same(changedOuts(state.outs, outs), update.outs);
        if (updateOuts !== undefined) same(outs, updateOuts);
      });
    }
    if (updateError !== undefined) {
      it(`fails to change ${key}`, async () => {
        const message = await changed().then((each) => messageOf(run().plugin.update(urn, state.id, each)));
        expectSense(message, sense, updateError);
      });
    }
  }
}

function replayInvokes<C>(
  options: Replay<C>,
  invokes: ReturnType<typeof readRecording>["invokes"],
  run: () => Run,
): void {
  const { name, functions } = options.definition;
  for (const [call, recorded] of Object.entries(invokes)) {
    const [called, args] = splitCall(call);
    const token = `${name}:index/${called}:${called}`;
    if (!functions.some((each) => each.token === token)) continue;
    it(`answers ${call}`, async () => {
      run().takeRequests();
      const { normalise } = run();
      const answered = run().plugin.invoke(token, JSON.parse(args) as RecordedProperties);
      if (recorded.error === undefined) expect(normalise((await answered).ret)).toEqual(normalise(recorded.ret));
      else expectSense(await messageOf(answered), options.senses?.[call], recorded.error);
      expect(run().takeRequests()).toEqual(comparable(recorded.requests));
    });
  }
}

function splitCall(call: string): [string, string] {
  const at = call.indexOf("{");
  if (at < 0) return [call, "{}"];
  return [call.slice(0, at), call.slice(at)];
}

function withMember(inputs: RecordedProperties, key: string, to: RecordedProperties[string] | undefined) {
  const rest = Object.fromEntries(Object.entries(inputs).filter(([each]) => each !== key));
  return to === undefined || to === null ? rest : { ...rest, [key]: to };
}

function expectSense(actual: string, sense: RegExp | undefined, recorded: string): void {
  if (sense === undefined) expect(actual).toBe(recorded);
  else expect(actual).toMatch(sense);
}

async function messageOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no error",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

function normaliser(change: ((json: string) => string) | undefined): <T>(value: T) => T {
  return (value) => (change === undefined ? value : rename(value, change));
}

function rename<T>(value: T, change: (json: string) => string): T {
  return value === undefined ? value : (JSON.parse(change(JSON.stringify(value))) as T);
}
