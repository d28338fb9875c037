import type { KnipConfig } from "knip";
import packageJson from "./package.json" with { type: "json" };

/** Finds files, exports and dependencies that nothing uses. */
const config: KnipConfig = {
  entry: [
    ...Object.values(packageJson.scripts).flatMap((command) => command.match(/\S+\.ts\b/g) ?? []),
    // Started by the name of the file: the cloud's daemon, the engine's plugins, the tests' clients.
    "local/daemon.ts",
    "toolchain/language-host/main.ts",
    "toolchain/plugins/*/main.ts",
    "components/settings/document-settings.ts",
    "test/network/clients/*.ts",
    "test/terminal-picture.ts",
  ],
  project: ["*.{ts,js}", "{host,components,toolchain,local,scripts,test}/**/*.{ts,mjs}"],
  // A type that an exported function mentions is exported for whoever calls the function.
  ignoreExportsUsedInFile: { type: true, interface: true },
  // toolchain/set-up/official.ts starts the Pulumi CLI by its path.
  ignoreDependencies: ["pulumi"],
  // The distribution's programs are in no package.json.
  exclude: ["binaries"],
};

export default config;
