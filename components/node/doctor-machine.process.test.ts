import { beforeEach, describe, expect, it } from "vitest";
import { services as serviceModel } from "../model/services.ts";
import { hostFirewall } from "./host-firewall.ts";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

/** Runs a check of the node's; gives severity and id of what it finds, a text each. */
function found(module: string): unknown {
  const told = `[f"{one['severity']} {one['id']}" for one in ${module}.look()]`;
  return node.python(`from doctor import ${module}\nprint(json.dumps(${told}))`);
}

describe("units", () => {
  /** Lets systemd list a failed unit, and show some units in other states than active and enabled. */
  function systemd(failed = "", others: Readonly<Record<string, string>> = {}) {
    const cases = Object.entries(others).map(([name, state]) => `${name}) set -- ${state};;`);
    node.fake(
      "systemctl",
      [
        `if [ "$1" = list-units ]; then echo '${failed}' | grep . || true; exit 0; fi`,
        "for unit; do case $unit in show|--*) continue;; esac; name=$unit; set -- active enabled; case $name in x) ;;",
        ...cases,
        'esac; [ "$2" = none ] && set -- "$1" ""; printf "ActiveState=%s\\nUnitFileState=%s\\n\\n" "$1" "$2"; done',
      ].join("\n"),
    );
    node.fake("journalctl", "echo its last words");
  }

  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    ["that all run", "", {}, "ok units"],
    ["of which one failed", "fstrim.service loaded failed failed", {}, "error unit-failed:fstrim.service"],
    ["of which a timer is stopped", "", { "certbot.timer": "inactive enabled" }, "warning unit-down:certbot.timer"],
    [
      "of which the second wall is masked",
      "",
      { "imera-wall.service": "inactive masked" },
      "warning unit-down:imera-wall.service",
    ],
    [
      "of which the examination is stopped",
      "",
      { "imera-watch-node.timer": "inactive disabled" },
      "warning unit-down:imera-watch-node.timer",
    ],
    [
      "of which the server would not start at the next boot",
      "",
      { "ejabberd.service": "active disabled" },
      "warning unit-disabled:ejabberd.service",
    ],
    [
      "of which the database is masked while it runs",
      "",
      { "postgresql.service": "active masked" },
      "warning unit-disabled:postgresql.service",
    ],
    [
      "of which Debian's updates are masked",
      "",
      { "apt-daily-upgrade.timer": "inactive masked" },
      "warning unit-disabled:apt-daily-upgrade.timer",
    ],
    ["of which one is gone", "", { "imera-backup.timer": "inactive none" }, "warning unit-down:imera-backup.timer"],
    ["of which one starts just now", "", { "imera-wall.service": "activating enabled" }, "ok units"],
    ["of which the server is stopped, which health tells", "", { "ejabberd.service": "inactive enabled" }, "ok units"],
    ["without a watcher where nobody is alarmed", "", { "imera-watch.service": "inactive none" }, "ok units"],
  ])("%s", (_, failed, others, wanted) => {
    systemd(failed, others);
    expect(found("units")).toEqual([wanted]);
  });

  it("of which the watcher is stopped, though somebody is to be alarmed", () => {
    node.write("/etc/imera/watch.json", "{}");
    systemd("", { "imera-watch.service": "inactive enabled" });
    expect(found("units")).toEqual(["warning unit-down:imera-watch.service"]);
  });

  it("of a drill have no timers to miss", () => {
    node = nodeRoot({ purpose: "drill" });
    systemd("", { "certbot.timer": "inactive disabled" });
    expect(found("units")).toEqual(["ok units"]);
  });
});

describe("the second wall", () => {
  const services = serviceModel({ turnRelayPorts: { first: 49_152, last: 49_407 } });
  const rules = { input: 8, newcomers: 4, output: 2 };
  const listing = (counts: Readonly<Record<string, number>>) => {
    const all = Object.entries(counts).flatMap(([chain, count]) => Array.from({ length: count }, () => chain));
    const items = all.map((chain) => ({ rule: { family: "inet", table: "imera", chain } }));
    return `echo '${JSON.stringify({ nftables: [{ metainfo: {} }, { chain: { name: "forward" } }, ...items] })}'`;
  };
  beforeEach(() => {
    node.write("/etc/imera/wall.nft", hostFirewall({ services, connectionsPerAddress: 500, spared: [] }));
  });

  it.each([
    ["with its rules", listing(rules), ["ok wall"]],
    ["that was emptied", listing({}), ["warning wall"]],
    ["of which a chain was emptied", listing({ ...rules, output: 0 }), ["warning wall"]],
    ["of which a rule is gone", listing({ ...rules, input: 7 }), ["warning wall"]],
    ["into which somebody put a rule", listing({ ...rules, forward: 1 }), ["warning wall"]],
    ["that is gone", "echo 'Error: No such file or directory' >&2; exit 1", ["warning wall"]],
    ["that may not be looked at", "echo 'Operation not permitted (you must be root)' >&2; exit 1", []],
  ])("%s", (_, nft, wanted) => {
    node.fake("nft", nft);
    expect(found("wall")).toEqual(wanted);
  });
});

describe("the name service", () => {
  it.each([
    ["that answers", "echo 203.0.113.9", "ok name-service"],
    ["that knows no such name", "exit 2", "error name-service"],
    ["that does not answer", "exec sleep 30", "error name-service"],
  ])("%s", (_, getent, wanted) => {
    node.fake("getent", getent);
    expect(found("name_service")).toEqual([wanted]);
  });
});
