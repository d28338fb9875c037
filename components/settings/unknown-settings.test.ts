import { describe, expect, it } from "vitest";
import { goodConfig } from "../testing/good-config.ts";
import { readSettings } from "./settings.ts";

describe("readSettings", () => {
  it.each([
    ["imera:contcat", "imera:contact"],
    ["imera:regoin", "imera:region"],
    ["imera:sshNetwork", "imera:sshNetworks"],
    ["imera:volumeSizeGB", "imera:volumeSizeGiB"],
    ["imera:volumesizegib", "imera:volumeSizeGiB"],
    ["imera:adminPasword", "imera:adminPassword"],
    ["imera:token", "digitalocean:token"],
    ["imra:zone", "imera:zone"],
    ["digitalocean:tokn", "digitalocean:token"],
    ["cloudflare:apitoken", "cloudflare:apiToken"],
  ])("refuses %s, and asks whether %s was meant", (name, meant) => {
    const line = `\n  ${name}: there is no such setting; did you mean ${meant}?`;
    expect(() => readSettings(goodConfig({ [name]: "x" }))).toThrow(line);
  });
});
