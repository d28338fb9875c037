import manifest from "../package.json" with { type: "json" };

/** The provider plugins that the program uses; each has the version of the npm package `@pulumi/<name>`. */
export const pluginNames = ["digitalocean", "cloudflare", "command"] as const;

/** Name of one of the program's provider plugins. */
export type PluginName = (typeof pluginNames)[number];

/**
 * The one place that says which versions the toolchain is made of. They are read from package.json, so that npm, the
 * program and the toolchain cannot disagree; `versions.test.ts` compares the rest with it (go.mod, installed packages,
 * workflows). The Go that a module asks for stands in its go.mod only.
 *
 * - `cli`: the Pulumi CLI with its engine and language host, the version of the npm package `pulumi`.
 * - `plugins`: by name. `@pulumi/command` is pinned to 1.2.1, the newest release: npm's tag `latest` points to 4.5.0, an old
 *   publish by mistake that names no plugin version, so the engine would look for a plugin that never existed.
 * - `node`: the Node that runs every script and stand-in, the npm package `node`.
 */
export const versions: Versions = {
  cli: manifest.devDependencies.pulumi,
  plugins: {
    digitalocean: manifest.dependencies["@pulumi/digitalocean"],
    cloudflare: manifest.dependencies["@pulumi/cloudflare"],
    command: manifest.dependencies["@pulumi/command"],
  },
  node: manifest.devDependencies.node,
};

/** Versions without a leading `v`, as in `3.259.0`. */
export interface Versions {
  readonly cli: string;
  readonly plugins: Readonly<Record<PluginName, string>>;
  readonly node: string;
}
