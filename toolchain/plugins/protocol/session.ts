import type { ProviderDefinition, ProviderFunction, Resource } from "./resource.ts";

/** One engine's use of the plugin: its configuration, once it has come, and its wish to stop. */
export class Session<C> {
  readonly definition: ProviderDefinition<C>;
  readonly #resources: ReadonlyMap<string, Resource<C>>;
  readonly #functions: ReadonlyMap<string, ProviderFunction<C>>;
  readonly #cancelled = new AbortController();
  #client: { readonly value: C } | undefined;

  constructor(definition: ProviderDefinition<C>) {
    this.definition = definition;
    this.#resources = new Map(definition.resources.map((each) => [each.token, each]));
    this.#functions = new Map(definition.functions.map((each) => [each.token, each]));
  }

  /** The client made of the configuration. Throws before the engine has called Configure. */
  get client(): C {
    if (this.#client === undefined) throw new Error(`The ${this.definition.name} plugin has not been configured.`);
    return this.#client.value;
  }

  set client(value: C) {
    this.#client = { value };
  }

  /** Last sentences of each refusal: they say what to use instead of the stand-in. */
  get refusal(): string {
    const { name, version } = this.definition;
    return (
      `This is IMera's stand-in for the ${name} plugin, which knows only what the local cloud needs. ` +
      `For the rest use the official one: pulumi plugin install resource ${name} ${version}`
    );
  }

  /** Throws for a type that the stand-in does not know. */
  resource(token: string): Resource<C> {
    const resource = this.#resources.get(token);
    if (resource === undefined) throw new Error(`The resource type ${token} is not supported here. ${this.refusal}`);
    return resource;
  }

  /** Throws for a function that the stand-in does not know. */
  function(token: string): ProviderFunction<C> {
    const found = this.#functions.get(token);
    if (found === undefined) throw new Error(`The function ${token} is not supported here. ${this.refusal}`);
    return found;
  }

  /** Ends when the engine cancels, or after `timeoutSeconds` when the program sets a limit (0: none). */
  signal(timeoutSeconds: number): AbortSignal {
    if (timeoutSeconds === 0) return this.#cancelled.signal;
    return AbortSignal.any([this.#cancelled.signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
  }

  /** Asks all running calls to stop. */
  cancel(): void {
    this.#cancelled.abort(new Error("Cancelled."));
  }
}

/** Reads type and name from `urn:pulumi:<stack>::<project>::<types>::<name>`; the type is the last of the `$`-separated ones. */
export function parseUrn(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
