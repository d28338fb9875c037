import { beforeAll, describe, expect, it } from "vitest";
import { messageOf } from "../../../../host/error.ts";
import { changedOuts, comparable } from "./compare.ts";
import type { PluginClient } from "./plugin-client.ts";
import type { RecordedCase, RecordedChange, RecordedProperties, RecordedRequest } from "./recording.ts";

/** One run of a plugin and of the vendor's API behind it. */
export interface Run {
  readonly plugin: PluginClient;
  /** Requests since the last call, in comparable form. */
  readonly takeRequests: () => ReturnType<typeof comparable>;
  /** Takes out what differs from run to run. */
  readonly normalise: <T>(value: T) => T;
}

/** Options of {@link replayCase}. */
export interface CaseOptions {
  /** The run to replay the case in. To be called within a test. */
  readonly run: () => Run;
  /** Pattern that error messages must match. Undefined: they must equal the recorded ones. */
  readonly sense: RegExp | undefined;
  /** Sets the vendor's API up for the case. */
  readonly prepare: () => void;
  /** Brings the vendor's API to where the recorded one was before an update of `key`. */
  readonly prepareChange: (key: string) => void;
}

/** Registers the steps of one recorded case as tests, in the recorded order. */
export function replayCase(name: string, recorded: RecordedCase, options: CaseOptions): void {
  describe(name, () => {
    beforeAll(options.prepare);
    const steps = new Steps(recorded, options);
    steps.check();
    if (recorded.create === undefined) {
      steps.failedCreate();
      return;
    }
    steps.create(recorded.create);
    steps.read();
    for (const [key, change] of Object.entries(recorded.diffs ?? {})) steps.change(key, change);
    steps.delete();
  });
}

/** Checks a message against a pattern, or against the recorded message when there is none. */
export function expectSense(actual: string, sense: RegExp | undefined, recorded: string): void {
  if (sense === undefined) expect(actual).toBe(recorded);
  else expect(actual).toMatch(sense);
}

/** Resolves to the message with which a call fails; to `no error` when it does not. */
export async function rejectionOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no error",
    (error: unknown) => messageOf(error),
  );
}

class Steps {
  readonly #recorded: RecordedCase;
  readonly #options: CaseOptions;
  readonly #urn: string;
  #inputs: RecordedProperties = {};
  #id = "";
  #outs: RecordedProperties = {};

  constructor(recorded: RecordedCase, options: CaseOptions) {
    this.#recorded = recorded;
    this.#options = options;
    this.#urn = `urn:pulumi:dev::imera::${recorded.type}::x`;
  }

  get #plugin(): PluginClient {
    return this.#options.run().plugin;
  }

  check(): void {
    const { inputs: given, checked, failures: expected, previewOuts } = this.#recorded;
    it("checks its inputs", async () => {
      this.#options.run().takeRequests();
      const { inputs, failures } = await this.#plugin.check(this.#urn, given);
      this.#inputs = inputs;
      this.#same(inputs, checked);
      if (expected === undefined) expect(failures).toEqual([]);
      else expectSense(failures.join("\n"), this.#options.sense, expected.map(({ reason }) => reason).join("\n"));
    });
    if (previewOuts === undefined) return;
    it("previews", async () => this.#same(await this.#plugin.previewCreate(this.#urn, this.#inputs), previewOuts));
  }

  failedCreate(): void {
    const { error } = this.#recorded;
    if (error === undefined) return;
    it("cannot be created", async () => {
      expectSense(await rejectionOf(this.#plugin.create(this.#urn, this.#inputs)), this.#options.sense, error);
      this.#sameRequests([]);
    });
  }

  create(expected: NonNullable<RecordedCase["create"]>): void {
    it("is created", async () => {
      const { id, outs } = await this.#plugin.create(this.#urn, this.#inputs);
      this.#id = id;
      this.#outs = outs;
      this.#sameRequests(expected.requests);
      this.#same(outs, expected.outs);
      if (expected.requests !== undefined) this.#same(id, expected.id);
    });
  }

  read(): void {
    const { read, create } = this.#recorded;
    if (read === undefined) return;
    it("is read", async () => {
      const { outs, inputs } = await this.#readNow();
      this.#sameRequests(read.requests);
      if (read.outs !== undefined) this.#same(outs, read.outs);
      else if (read.sameOuts) this.#same(outs, create?.outs);
      if (read.inputs !== undefined) this.#same(inputs, read.inputs);
    });
  }

  change(key: string, change: RecordedChange): void {
    const { sense, prepareChange } = this.#options;
    if (change.changes === undefined) {
      it(`cannot change ${key}`, async () => {
        const diff = this.#plugin.diff(this.#urn, this.#id, await this.#changed(key, change));
        expectSense(await rejectionOf(diff), sense, this.#recorded.error ?? "");
      });
      return;
    }
    it(`plans a change of ${key}`, async () => {
      const planned = await this.#plugin.diff(this.#urn, this.#id, await this.#changed(key, change));
      const { changes, replaces = [], detailed = {}, deleteBeforeReplace = false } = change;
      expect(planned).toEqual({ changes, replaces, detailed, deleteBeforeReplace });
    });
    const { update, updateOuts, updateError } = change;
    if (update === undefined && updateOuts === undefined && updateError === undefined) return;
    it(updateError === undefined ? `changes ${key}` : `fails to change ${key}`, async () => {
      prepareChange(key);
      const updated = this.#plugin.update(this.#urn, this.#id, await this.#changed(key, change));
      if (updateError !== undefined) {
        expectSense(await rejectionOf(updated), sense, updateError);
        return;
      }
      const outs = await updated;
      this.#sameRequests(update?.requests);
      if (update !== undefined) this.#same(changedOuts(this.#outs, outs), update.outs);
      if (updateOuts !== undefined) this.#same(outs, updateOuts);
    });
  }

  delete(): void {
    const { deleteError, delete: expected, readWhenGone } = this.#recorded;
    it(deleteError === undefined ? "is deleted" : "cannot be deleted", async () => {
      const deleted = this.#plugin.delete(this.#urn, this.#id, this.#outs, this.#inputs);
      if (deleteError === undefined) await deleted;
      else expectSense(await rejectionOf(deleted), this.#options.sense, deleteError);
      this.#sameRequests(expected?.requests);
    });
    if (readWhenGone === undefined) return;
    it("is gone", async () => {
      expect(await this.#readNow()).toMatchObject({ id: "" });
      this.#sameRequests(readWhenGone.requests);
    });
  }

  #readNow() {
    return this.#plugin.read(this.#urn, this.#id, this.#outs, this.#inputs);
  }

  async #changed(key: string, { to }: RecordedChange) {
    const given = key === "(none)" ? this.#recorded.inputs : withMember(this.#recorded.inputs, key, to);
    const { inputs, failures } = await this.#plugin.check(this.#urn, given);
    expect(failures).toEqual([]);
    return { olds: this.#outs, oldInputs: this.#inputs, news: inputs };
  }

  #same(actual: unknown, expected: unknown): void {
    const { normalise } = this.#options.run();
    expect(withoutRandomName(normalise(actual))).toEqual(withoutRandomName(normalise(expected)));
  }

  #sameRequests(expected: readonly RecordedRequest[] | undefined): void {
    if (expected !== undefined) this.#same(this.#options.run().takeRequests(), comparable(expected));
  }
}

/** Takes the random part out of a made up name (`x-dd5306f`): only its form must equal the recorded one's. */
function withoutRandomName(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value).replaceAll(/\bx-[0-9a-f]{7}\b/g, "x-0000000"));
}

function withMember(inputs: RecordedProperties, key: string, to: RecordedProperties[string] | undefined) {
  const rest = Object.fromEntries(Object.entries(inputs).filter(([each]) => each !== key));
  return to === undefined || to === null ? rest : { ...rest, [key]: to };
}
