import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { z } from "zod";
import type { InsideFile } from "../../local/incus/exec.ts";
import { repositoryRoot } from "./repository.ts";

/** Schema of npm's own account of how it reaches its registry. */
const npmConfig = z.object({
  registry: z.string(),
  cafile: z.string().nullish(),
  proxy: z.string().or(z.literal(false)).nullish(),
  "https-proxy": z.string().nullish(),
  noproxy: z.union([z.string(), z.array(z.string())]).optional(),
  "strict-ssl": z.boolean(),
});

/**
 * Reads how this machine's npm reaches its registry, as files that make another machine's npm reach it in the same way:
 * root's .npmrc, and the certificate authorities where this machine names some. Passwords and tokens stay here, so a registry
 * that wants one does not work there.
 */
export async function npmSettings(): Promise<InsideFile[]> {
  const { stdout } = await execa("npm", ["config", "list", "--json"], { cwd: repositoryRoot });
  const { cafile, noproxy, ...settings } = npmConfig.parse(JSON.parse(stdout));
  const authorities = cafile ?? process.env["NODE_EXTRA_CA_CERTS"];
  const passedOn = {
    ...settings,
    noproxy: [noproxy ?? []].flat().join(","),
    cafile: authorities === undefined ? undefined : authoritiesPath,
  };
  const lines = Object.entries(passedOn).flatMap(([key, value]) =>
    value === undefined || value === null || value === "" ? [] : [`${key}=${value}\n`],
  );
  const npmrc: InsideFile = { path: "/root/.npmrc", mode: "0600", content: lines.join("") };
  if (authorities === undefined) return [npmrc];
  return [npmrc, { path: authoritiesPath, mode: "0644", content: await readFile(authorities) }];
}

const authoritiesPath = "/root/registry-authorities.pem";
