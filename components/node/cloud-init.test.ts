import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cloudConfig, userData, userDataLimitBytes } from "./cloud-init.ts";
import { firstBootFiles, nodePackages, staticFiles } from "./files.ts";
import { cloudInitInput } from "../testing/inputs.ts";

describe("userData", () => {
  const text = userData(cloudInitInput());

  it("starts with the line that makes cloud-init read it", () => {
    expect(text.split("\n")[0]).toBe("#cloud-config");
  });

  it("says in YAML what the object says", () => {
    expect(parse(text)).toEqual(cloudConfig(cloudInitInput()));
  });

  it("is as expected", () => {
    const { write_files: files, ...rest } = cloudConfig(cloudInitInput());
    const content = files.map((file) => ({ ...file, content: `${file.content.split("\n").length} lines` }));
    expect({
      ...rest,
      write_files: content.map(({ path, permissions, owner }) => `${permissions} ${owner} ${path}`),
    }).toMatchSnapshot();
  });

  it("is valid by cloud-init's own schema", () => {
    const validate = schemaOfDebian13();
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it("brings what installs the packages, and the list of them, with every fact in it", () => {
    const { runcmd, write_files: files } = cloudConfig(cloudInitInput());
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining([runcmd[0]?.split(" ")[0], "/usr/local/lib/imera/packages"]));
    expect(nodePackages()).toEqual(expect.arrayContaining(["postgresql-17", "ejabberd/trixie-backports"]));
    expect(nodePackages().filter((name) => !/^[a-z0-9.+-]+(\/[a-z-]+)?$/.test(name))).toEqual([]);
  });

  it("asks no package mirror for a node whose image has all packages", () => {
    const config = cloudConfig(cloudInitInput());
    expect(config).toMatchObject({ package_update: false, package_upgrade: false });
    expect(config).not.toHaveProperty("apt");
  });

  it("would not be valid with a misspelt module or a mode that is a number", () => {
    const validate = schemaOfDebian13();
    expect(validate({ ...cloudConfig(cloudInitInput()), runcmds: ["jq"] })).toBe(false);
    expect(validate({ write_files: [{ path: "/x", permissions: 644 }] })).toBe(false);
  });

  it("has whatever the programs in it import", () => {
    const files = firstBootFiles(staticFiles());
    const modules = new Set(files.map(({ path }) => path));
    for (const { path, content } of files) {
      const whole = [...content.matchAll(/^from (?:node|\.) import (.+)$/gm)].flatMap(([, names = ""]) =>
        names.split(", "),
      );
      const parts = [...content.matchAll(/^from (?:node)?\.(\w+) import/gm)].map(([, name]) => name);
      const missing = [...whole, ...parts].filter((name) => !modules.has(`/usr/local/lib/imera/node/${name}.py`));
      expect([path, missing]).toEqual([path, []]);
    }
  });

  it("leaves room for the files to grow", () => {
    expect(Buffer.byteLength(text)).toBeLessThan((userDataLimitBytes * 2) / 3);
  });

  it("refuses to be larger than DigitalOcean takes, and names the largest file", () => {
    const large = { path: "/etc/large", mode: "0644", owner: "root:root", content: "x".repeat(userDataLimitBytes) };
    const oversized = { ...cloudInitInput(), files: [...cloudInitInput().files, large] };
    expect(() => userData(oversized)).toThrow(RunError);
    expect(() => userData(oversized)).toThrow(
      /limit of 65536\. The largest file in it is components\/files\/etc\/large/,
    );
  });

  it("carries one key, the throw-away one, and it is readable for root only", () => {
    expect(text.match(/PRIVATE KEY-----/g)).toHaveLength(2);
    const { write_files: files } = cloudConfig(cloudInitInput());
    const key = files.find(({ content }) => content.includes("PRIVATE KEY"));
    expect(key).toMatchObject({ path: "/etc/imera/first-contact/host_key", permissions: "0600" });
  });

  it("starts the first contact's service after the stage that writes its files, without holding that stage up", () => {
    const [command] = cloudConfig(cloudInitInput()).bootcmd;
    expect(command).toContain("--no-block");
    expect(command).toContain("--property=After=cloud-init-network.service");
  });
});

describe("staticFiles", () => {
  it("mirrors a node's root: absolute paths, each once, programs executable", () => {
    const files = staticFiles();
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.every((path) => path.startsWith("/"))).toBe(true);
    for (const file of files.filter(({ path }) => path.startsWith("/usr/local/sbin/"))) expect(file.mode).toBe("0755");
  });

  it("says which file of the first boot is missing", () => {
    const without = staticFiles().filter(({ path }) => path !== "/usr/local/sbin/imera-apply");
    expect(() => firstBootFiles(without)).toThrow("components/files/usr/local/sbin/imera-apply: is missing");
  });
});

function schemaOfDebian13() {
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const file = new URL("../../test/contracts/cloud-init-schema.json", import.meta.url);
  return ajv.compile(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>);
}
