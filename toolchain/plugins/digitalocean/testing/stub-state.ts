import type { StubAnswer } from "../../protocol/contract/stub-api.ts";

/** Members of a thing as the recorded API answered it, by name. */
export type Entity = Record<string, unknown>;

/** State of the stub DigitalOcean API that the parts of it share. */
export interface StubState {
  /** Id of the next thing that is made: the recorded one. */
  readonly nextId: string;
  /** Things of one kind, by id; empty where none was made. */
  collection(kind: string): Map<string, Entity>;
  /** Answer with an action that is completed. */
  action(status: number): StubAnswer;
}
