import { afterAll, beforeAll, expect, it } from "vitest";
import type { ProviderDefinition } from "../resource.ts";
import { comparable } from "./compare.ts";
import { type PluginClient, startPlugin } from "./plugin-client.ts";
import { type RecordedCase, type RecordedInvoke, type RecordedProperties, readRecording } from "./recording.ts";
import { type Run, expectSense, rejectionOf, replayCase } from "./replay-case.ts";
import type { StubApi } from "./stub-api.ts";

/** Replay of a recording against a stand-in plugin: options of {@link replay}. */
export interface Replay<C> {
  readonly definition: ProviderDefinition<C>;
  /** Path of the recorded JSON. */
  readonly recording: string;
  /** This run's values for texts such as `<private key>` in the recording. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** Chooses the cases to replay. Default: all. */
  only?(name: string, recorded: RecordedCase): boolean;
  /** Configuration of the provider. Asked after `api` has started. */
  config(api: StubApi | undefined): Readonly<Record<string, string>>;
  /** Starts the vendor's API, for plugins that have one. */
  api?(): Promise<StubApi>;
  /** Sets the vendor's API up for a case. */
  prepare?(name: string, recorded: RecordedCase): void;
  /** Brings the vendor's API to where the recorded one was before an update of `key`. */
  prepareChange?(name: string, key: string): void;
  /** Takes out of a JSON text what differs from run to run: times, ids made of them. */
  readonly normalise?: (json: string) => string;
  /** Patterns that the error messages of failing cases must match, by case. Without one, the message must equal the recorded one. */
  readonly senses?: Readonly<Record<string, RegExp>>;
}

/** Registers one test for each step of each recorded case, in the recorded order, and one for each function call. */
export function replay<C>(options: Replay<C>): void {
  const { cases, invokes } = readRecording(options.recording, options.placeholders);
  let api: StubApi | undefined;
  let plugin: PluginClient | undefined;
  const normalise = normaliser(options.normalise);
  const run = (): Run => {
    if (plugin === undefined) throw new Error("The plugin has not started.");
    return { plugin, takeRequests: () => comparable(api?.takeRequests() ?? []), normalise };
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
    replayCase(name, recorded, {
      run,
      sense: options.senses?.[name],
      prepare: () => options.prepare?.(name, recorded),
      prepareChange: (key) => options.prepareChange?.(name, key),
    });
  }
  for (const [call, recorded] of Object.entries(invokes)) replayInvoke(options, call, recorded, run);
}

function replayInvoke<C>(options: Replay<C>, call: string, recorded: RecordedInvoke, run: () => Run): void {
  const { name, functions } = options.definition;
  const [called, args] = splitCall(call);
  const token = `${name}:index/${called}:${called}`;
  if (!functions.some((each) => each.token === token)) return;
  it(`answers ${call}`, async () => {
    const { plugin, takeRequests, normalise } = run();
    takeRequests();
    const answered = plugin.invoke(token, JSON.parse(args) as RecordedProperties);
    if (recorded.error === undefined) expect(normalise((await answered).ret)).toEqual(normalise(recorded.ret));
    else expectSense(await rejectionOf(answered), options.senses?.[call], recorded.error);
    expect(takeRequests()).toEqual(comparable(recorded.requests));
  });
}

/** A recorded call has its arguments behind its name: `getZone{"zoneId":"…"}`. */
function splitCall(call: string): [string, string] {
  const at = call.indexOf("{");
  return at < 0 ? [call, "{}"] : [call.slice(0, at), call.slice(at)];
}

function normaliser(change: ((json: string) => string) | undefined): <T>(value: T) => T {
  return <T>(value: T) => {
    if (change === undefined || value === undefined) return value;
    return JSON.parse(change(JSON.stringify(value))) as T;
  };
}
