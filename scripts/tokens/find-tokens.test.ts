import { expect, it } from "vitest";
import { describeTokens, findTokens } from "./find-tokens.ts";

const environment = { DIGITALOCEAN_ACCESS_TOKEN: "dop_v1_never-shown", SPACES_ACCESS_KEY_ID: "" };
const config = {
  "digitalocean:token": { secure: "v1:abc" },
  "cloudflare:apiToken": "cf-never-shown",
  "imera:domain": "example.org",
};

it("tokens are found in the file, whether encrypted or not, and in the environment by every name of theirs", () => {
  expect(
    findTokens(config, environment).map(({ setting, inFile, inEnvironment }) => [setting, inFile, inEnvironment]),
  ).toEqual([
    ["digitalocean:token", "encrypted", "DIGITALOCEAN_ACCESS_TOKEN"],
    ["cloudflare:apiToken", "plain text", undefined],
    ["digitalocean:spacesAccessId", undefined, undefined],
    ["digitalocean:spacesSecretKey", undefined, undefined],
  ]);
});

it("the text says where each is and which is used, and shows none", () => {
  const text = describeTokens(findTokens(config, environment), "Pulumi.prod.yaml");
  expect(text).toMatch(
    /digitalocean:token .*in Pulumi\.prod\.yaml, encrypted, and in this environment .*the file's is used/,
  );
  expect(text).toMatch(/cloudflare:apiToken .*PLAIN TEXT/);
  expect(text).toMatch(/spacesSecretKey +nowhere/);
  expect(text).toMatch(/can act at the vendors\.\nTo take one out: npm run pulumi/);
  expect(text).not.toMatch(/never-shown|v1:abc/);
});

it("a file without any is called that", () => {
  expect(describeTokens(findTokens({}, environment), "Pulumi.prod.yaml")).toMatch(
    /Pulumi\.prod\.yaml has none of the vendors' tokens/,
  );
});
