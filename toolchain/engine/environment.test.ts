import { expect, it } from "vitest";
import { engineEnvironment, operatorEnvironment } from "./environment.ts";

const toolchain = {
  pulumiHome: "/data/imera",
  pulumi: "/data/imera/versions/3/bin/pulumi",
  nodePath: "/data/imera/node/24/bin/node",
  compileCache: "/data/imera/compile-cache",
  parts: [],
};
const stack = { toolchain, stateFolder: "/state", passphraseFile: "/state/passphrase" };

it("keeps what the user's shell says to Pulumi, its plugins and their accounts out", () => {
  const base = {
    HOME: "/home/u",
    PULUMI_ACCESS_TOKEN: "a",
    PULUMI_CONFIG_PASSPHRASE: "b",
    DIGITALOCEAN_TOKEN: "c",
    SPACES_SECRET_ACCESS_KEY: "d",
    CLOUDFLARE_API_TOKEN: "e",
  };
  const environment = engineEnvironment({ ...stack, base });
  expect(environment["HOME"]).toBe("/home/u");
  for (const name of Object.keys(base).slice(1)) expect(environment).not.toHaveProperty(name);
});

it("points the engine to its own home and state, and keeps it from fetching anything", () => {
  expect(engineEnvironment({ ...stack, base: {} })).toEqual({
    PATH: "/data/imera/versions/3/bin:/data/imera/node/24/bin",
    NODE_COMPILE_CACHE: "/data/imera/compile-cache",
    PULUMI_HOME: "/data/imera",
    PULUMI_BACKEND_URL: "file:///state",
    PULUMI_CONFIG_PASSPHRASE_FILE: "/state/passphrase",
    PULUMI_CREDENTIAL_STORE: "plaintext",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
});

it("runs a stack of the operator's own on the toolchain's Node and plugins, whatever is first in PATH", () => {
  const base = {
    HOME: "/home/u",
    PATH: "/opt/node20/bin:/usr/bin",
    DIGITALOCEAN_TOKEN: "c",
    PULUMI_BACKEND_URL: "s3://b",
  };
  expect(operatorEnvironment(toolchain, base)).toEqual({
    ...base,
    PATH: "/data/imera/versions/3/bin:/data/imera/node/24/bin:/opt/node20/bin:/usr/bin",
    NODE_COMPILE_CACHE: "/data/imera/compile-cache",
    PULUMI_HOME: "/data/imera",
    PULUMI_CREDENTIALS_PATH: "/home/u/.pulumi",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
});

it.each([
  ["PULUMI_HOME", { PULUMI_HOME: "/srv/pulumi" }, "/srv/pulumi"],
  ["PULUMI_CREDENTIALS_PATH", { PULUMI_HOME: "/srv/pulumi", PULUMI_CREDENTIALS_PATH: "/srv/login" }, "/srv/login"],
])("reads the operator's login where %s says that it is", (_, base, place) => {
  expect(operatorEnvironment(toolchain, base)["PULUMI_CREDENTIALS_PATH"]).toBe(place);
});
