import path from "node:path";
import { messageOf } from "../../host/error.ts";
import { repository } from "./folders.ts";
import { ToolchainError, type PartName } from "./part.ts";

/** An ES module without imports but Node's own. */
export interface Bundle {
  readonly text: string;
  /** The repository's own files in it, relative to the repository. */
  readonly inputs: readonly string[];
}

/** Makes one file of a stand-in's entry, which is relative to the repository. */
export type MakeBundle = (part: PartName, entry: string) => Promise<Bundle>;

// Bundled CommonJS modules look for these three, which an ES module lacks.
const commonJsGlobals = `
import { createRequire as imeraCreateRequire } from "node:module";
const require = imeraCreateRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;
`;

// Node keeps compiled code at its exit, which a plugin that the engine interrupts does not come to.
const keepCompiledCode = `
import { flushCompileCache as imeraFlushCompileCache } from "node:module";
setTimeout(imeraFlushCompileCache, 250).unref();
`;

/**
 * Bundles with esbuild.
 *
 * @throws ToolchainError when the sources do not bundle.
 */
export const makeBundle: MakeBundle = async (part, entry) => {
  const { build } = await import("esbuild");
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [path.join(repository, entry)],
      absWorkingDir: repository,
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      target: "node24",
      format: "esm",
      minifySyntax: true,
      legalComments: "none",
      logLevel: "silent",
      // ssh2 tries two native helpers and does without where they are not to be had.
      external: ["*.node", "cpu-features"],
      banner: { js: commonJsGlobals },
      footer: { js: keepCompiledCode },
    });
    const own = Object.keys(metafile.inputs).filter((input) => !input.includes("node_modules/"));
    return { text: outputFiles[0]?.text ?? "", inputs: own.toSorted() };
  } catch (error) {
    const why = messageOf(error);
    throw new ToolchainError(part, `its sources do not bundle: ${why}`, "Restore them: git status", error);
  }
};
