import type { InputsOf, OutsOf, Properties, StateOf } from "./property.ts";
import type { Bag } from "./value.ts";

/** Context of a call to a resource. `C` is the type that the provider's `configure` returns, as a rule a client of the vendor's API. */
export interface Call<C> {
  readonly client: C;
  readonly urn: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** Aborted when the engine cancels, and after the program's own time limit for the operation. */
  readonly signal: AbortSignal;
}

/** Arguments of {@link ResourceDefinition.create}. */
export interface CreateCall<C, P extends Properties> extends Call<C> {
  /** Checked inputs, all known. */
  readonly inputs: InputsOf<P>;
  /**
   * Says that the resource exists from here on. When `create` throws later, the engine keeps this id and state, marked as
   * half made, so nothing is lost.
   */
  readonly made: (id: string, outs: StateOf<P>) => void;
}

/** Arguments of {@link ResourceDefinition.read}, which serves refreshes and imports. */
export interface ReadCall<C, P extends Properties> extends Call<C> {
  /** The vendor's id of the resource. */
  readonly id: string;
  /** Empty at an import. */
  readonly state: StateOf<P>;
  /** Empty at an import. */
  readonly inputs: Partial<InputsOf<P>>;
}

/** Arguments of {@link ResourceDefinition.update}. */
export interface UpdateCall<C, P extends Properties> extends Call<C> {
  /** The vendor's id of the resource. */
  readonly id: string;
  /** New inputs, checked and all known. */
  readonly inputs: InputsOf<P>;
  /** State before the update. */
  readonly state: StateOf<P>;
  /** Names of the inputs that differ from the state. */
  readonly changed: ReadonlySet<keyof P>;
}

/** Arguments of {@link ResourceDefinition.delete}. */
export interface DeleteCall<C, P extends Properties> extends Call<C> {
  /** The vendor's id of the resource. */
  readonly id: string;
  readonly state: StateOf<P>;
}

/** One kind of resource: its property table and what its life consists of. Calls never see unknowns or secret marks. */
export interface ResourceDefinition<C, P extends Properties> {
  /** For example `digitalocean:index/vpc:Vpc`. */
  readonly token: string;
  readonly properties: P;
  /** Rules between properties, told by Check. Not asked while any input is unknown. */
  check?(inputs: InputsOf<P>): readonly CheckFailure[];
  /**
   * Throws when the change from `state` (none at a create) to `inputs` cannot be made; shown at the preview. Not asked while
   * any input is unknown.
   */
  plan?(inputs: InputsOf<P>, state: StateOf<P> | undefined): void;
  /** For replaces that a property table cannot say. The table's own `replaces` count besides. */
  mustReplace?(inputs: InputsOf<P>, state: StateOf<P>): boolean;
  /** Overrides what a preview of a create shows for some properties. */
  previewOuts?(inputs: InputsOf<P>): Bag;
  create(call: CreateCall<C, P>): Promise<{ readonly id: string; readonly outs: OutsOf<P> }>;
  /** Answers undefined when the resource is gone. */
  read(call: ReadCall<C, P>): Promise<OutsOf<P> | undefined>;
  /** Left out where every property replaces. */
  update?(call: UpdateCall<C, P>): Promise<OutsOf<P>>;
  /** A resource that is gone already is no error. */
  delete(call: DeleteCall<C, P>): Promise<void>;
}

/** A function (`getSizes` and the like). */
export interface FunctionDefinition<C, A extends Properties> {
  /** For example `digitalocean:index/getSizes:getSizes`. */
  readonly token: string;
  readonly arguments: A;
  invoke(call: { readonly client: C; readonly args: InputsOf<A>; readonly signal: AbortSignal }): Promise<Bag>;
}

/** Fault that Check finds with one input. */
export interface CheckFailure {
  /** Path of the input (`tags[1]`); empty for a fault of the inputs as a whole. */
  readonly property: string;
  readonly reason: string;
}

/** A resource with its table forgotten: what the service works with. */
export type Resource<C> = ResourceDefinition<C, Properties>;

/** A function with its table forgotten. */
export type ProviderFunction<C> = FunctionDefinition<C, Properties>;

/**
 * Makes `defineResource` and `defineFunction` for a provider whose client is a `C`. These two only tie types together: a
 * definition's calls are typed by its own property table.
 */
export function definitionsFor<C>(): {
  readonly defineResource: <const P extends Properties>(definition: ResourceDefinition<C, P>) => Resource<C>;
  readonly defineFunction: <const A extends Properties>(definition: FunctionDefinition<C, A>) => ProviderFunction<C>;
} {
  return {
    // The service checks inputs against the table before any call, so forgetting the table's types here is safe.
    defineResource: (definition) => definition as unknown as Resource<C>,
    defineFunction: (definition) => definition,
  };
}

/** A provider: its configuration, the client made of it, and what it knows. */
export interface ProviderDefinition<C> {
  /** Pulumi's name of the provider, `digitalocean` for instance. */
  readonly name: string;
  /** Version of the npm package that it stands in for. */
  readonly version: string;
  readonly config: Properties;
  /** Makes the client of the checked configuration. Throws, with what to do, when it cannot work with it. */
  configure(config: Bag): C;
  readonly resources: readonly Resource<C>[];
  readonly functions: readonly ProviderFunction<C>[];
  /** True: the state of each resource repeats its id, as with plugins made from Terraform providers. */
  readonly idInState: boolean;
  /**
   * True: a failed update leaves in the state what is there then, marked as half made, so that the next one goes on from it,
   * also where no input has changed.
   */
  readonly readsAfterFailedUpdate: boolean;
  /** True: Diff says which part of a property changed. The official Cloudflare plugin does not. */
  readonly detailedDiff: boolean;
}
