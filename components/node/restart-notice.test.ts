import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packText } from "../../host/packed-text.ts";
import type { KnownResource } from "../vendors/stack-state.ts";
import { fileBundle, staticFiles, type NodeFile } from "./files.ts";
import { restarts } from "./restart-notice.ts";

const place = { node: "imera-xmpp1", region: "fra1" };
const files = staticFiles();

/** State of a stack whose node was last given `former`, with its droplet in a region. */
function stateWith(former: readonly NodeFile[], region = "fra1"): KnownResource[] {
  const command = (step: string, outputs: object) => ({
    type: "command:remote:Command",
    name: `imera-xmpp1-setup-${step}`,
    id: "",
    outputs: { connection: { value: { privateKey: "former" } }, triggers: ["1"], ...outputs },
  });
  return [
    { type: "digitalocean:index/droplet:Droplet", name: "imera-xmpp1-droplet", id: "1", outputs: { region } },
    command("first-contact", {}),
    command("configuration", { stdin: fileBundle([...former, { ...rendered, content: "{}" }]) }),
  ];
}

const rendered: NodeFile = { path: "/etc/imera/node.json", mode: "0644", owner: "root:root", content: "" };
const changed = (path: string) => files.map((file) => (file.path === path ? { ...file, content: "other" } : file));
const modules = "/usr/local/lib/imera/ejabberd";

describe("a preview", () => {
  it.each([
    ["a module of ours", `${modules}/imera_archive.erl`, "ejabberd"],
    ["a setting of its unit", "/etc/systemd/system/ejabberd.service.d/50-imera.conf", "ejabberd"],
    ["PostgreSQL's settings", "/usr/local/lib/imera/postgresql.conf", "PostgreSQL"],
  ])("says that %s restarts what reads it", (_, path, service) => {
    expect(restarts([place], stateWith(changed(path)), files)).toEqual([
      expect.stringMatching(new RegExp(`^imera-xmpp1: this update restarts ${service}, which reads ${path} at`)),
    ]);
  });

  it("says it also after an update by this version, which packs what it gives a node", () => {
    const state = stateWith(changed(`${modules}/imera_archive.erl`)).map(({ outputs, ...each }) => ({
      ...each,
      outputs: typeof outputs["stdin"] === "string" ? { ...outputs, stdin: packText(outputs["stdin"]) } : outputs,
    }));
    expect(restarts([place], state, files)).toEqual([expect.stringContaining("restarts ejabberd")]);
  });

  it("says it of files that are new or gone", () => {
    const gone = { ...rendered, path: `${modules}/imera_gone.erl` };
    const without = files.filter(({ path }) => path !== `${modules}/imera_archive.erl`);
    expect(restarts([place], stateWith([...without, gone]), files)).toEqual([
      expect.stringMatching(/reads [^ ]*imera_archive\.erl, [^ ]*imera_gone\.erl at its start/),
    ]);
  });

  it("says nothing where nothing restarts: the same files, others, a new node, one that moves, one of an earlier version", () => {
    const others = changed("/usr/local/lib/imera/converge");
    const unreadable = stateWith(files).map((each) => ({ ...each, outputs: { ...each.outputs, stdin: "no bundle" } }));
    const states = [stateWith(files), stateWith(others), [], stateWith(changed(`${modules}/imera_web.erl`), "ams3")];
    for (const known of [...states, unreadable]) expect(restarts([place], known, files)).toEqual([]);
  });

  it("knows every file for which the node restarts ejabberd", () => {
    const step = readFileSync(new URL("../files/usr/local/lib/imera/steps/50-ejabberd", import.meta.url), "utf8");
    expect(/^readonly at_start=\((.*)\)$/m.exec(step)?.[1]).toBe(
      '/etc/systemd/system/ejabberd.service.d/*.conf "$(dirname "$0")"/../ejabberd/*.erl',
    );
  });
});
