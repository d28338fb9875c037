import type { PluginName } from "../versions.ts";

/** A part of the toolchain: the CLI with its engine, the Node language host, a provider plugin, or Node itself. */
export type PartName = "cli" | "language-host" | "node" | PluginName;

/**
 * Origin of a part.
 *
 * - `official`: published by its vendor, unchanged.
 * - `built`: compiled here from the vendor's published source.
 * - `stand-in`: this repository's own, for the local cloud and for tests.
 */
export type Origin = "official" | "built" | "stand-in";

/** A part that is in place. `path` is the executable; `version` has no leading `v`. */
export interface ToolchainPart {
  readonly part: PartName;
  readonly version: string;
  readonly origin: Origin;
  readonly path: string;
}

/** A part of the toolchain cannot be put in place. The message says which, why, and what to do. */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";

  constructor(part: string, why: string, next: string, cause?: unknown) {
    super(`Cannot set up ${part}: ${why}\n${next}`, { cause });
  }
}
