import { expect, onTestFinished } from "vitest";
import { digitalOceanProvider } from "../../../toolchain/plugins/digitalocean/provider.ts";
import { startPlugin, type PluginClient } from "../../../toolchain/plugins/protocol/contract/plugin-client.ts";
import type { RecordedProperties } from "../../../toolchain/plugins/protocol/contract/recording.ts";
import { testToken, type TestApi } from "./api.ts";

/** Resource that a {@link StandInStack} made. */
export interface Made {
  readonly urn: string;
  readonly id: string;
  readonly inputs: RecordedProperties;
  outs: RecordedProperties;
}

/** Resources that the stand-in plugin makes over the API, one after the other as the engine would. */
export class StandInStack {
  readonly made: Made[] = [];
  readonly #plugin: PluginClient;

  constructor(plugin: PluginClient) {
    this.#plugin = plugin;
  }

  async create(type: string, given: RecordedProperties): Promise<Made> {
    const urn = `urn:pulumi:local::imera::digitalocean:index/${lowerFirst(type)}:${type}::x${this.made.length}`;
    const { inputs, failures } = await this.#plugin.check(urn, given);
    expect(failures).toEqual([]);
    const made = { urn, inputs, ...(await this.#plugin.create(urn, inputs)) };
    this.made.push(made);
    return made;
  }

  /** Expects that a refresh and a second `up` find nothing to do. */
  async expectNoDrift(): Promise<void> {
    for (const { urn, id, inputs, outs } of this.made) {
      const read = await this.#plugin.read(urn, id, outs, inputs);
      expect(read.outs, urn).toEqual(outs);
      const diff = await this.#plugin.diff(urn, id, { olds: read.outs, oldInputs: read.inputs, news: inputs });
      expect(diff, urn).toMatchObject({ changes: "NONE" });
    }
  }

  /**
   * Finds what a refresh and a second `up` with the inputs of before would do about a resource: the properties that they would put
   * right, or `gone`.
   */
  async drift({ urn, id, inputs, outs }: Made): Promise<"gone" | readonly string[]> {
    const read = await this.#plugin.read(urn, id, outs, inputs);
    if (read.id === "") return "gone";
    const diff = await this.#plugin.diff(urn, id, { olds: read.outs, oldInputs: read.inputs, news: inputs });
    return Object.keys(diff.detailed);
  }

  async refresh(): Promise<void> {
    for (const each of this.made) each.outs = (await this.#plugin.read(each.urn, each.id, each.outs, each.inputs)).outs;
  }

  async destroy(): Promise<void> {
    for (const { urn, id, outs, inputs } of this.made.toReversed()) await this.#plugin.delete(urn, id, outs, inputs);
  }

  update(made: Made, changes: RecordedProperties): Promise<RecordedProperties> {
    const news = { ...made.inputs, ...changes };
    return this.#plugin.update(made.urn, made.id, { olds: made.outs, oldInputs: made.inputs, news });
  }
}

/** Starts the stand-in plugin on an API, until the test ends. */
export async function startStack(api: TestApi): Promise<StandInStack> {
  const plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: api.url, token: testToken });
  onTestFinished(() => plugin.stop());
  return new StandInStack(plugin);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
