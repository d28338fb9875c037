import { chmodSync, rmSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot({
    listeners: [
      { name: "c2s", transports: ["tcp"], firstPort: 5222, lastPort: 5222, tls: "starttls", certificateNames: [] },
      {
        name: "turn-relay",
        transports: ["udp"],
        firstPort: 49_152,
        lastPort: 49_407,
        tls: "none",
        certificateNames: [],
      },
    ],
  });
  node.write("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
});

/** Runs a check of the node's; gives severity and id of what it finds, a text each. */
function found(module: string, call = `${module}.look()`): unknown {
  const told = `[f"{one['severity']} {one['id']}" for one in ${call}]`;
  return node.python(`from doctor import ${module}\nprint(json.dumps(${told}))`);
}

describe("listeners", () => {
  it.each([
    ["of the model", "tcp", "LISTEN 0 128 *:5222 *:*", "ok listeners"],
    ["on loopback", "tcp", 'LISTEN 0 128 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=1,fd=3))', "ok listeners"],
    ["on loopback by IPv6", "tcp", "LISTEN 0 128 [::1]:5432 [::]:*", "ok listeners"],
    ["on loopback, of a link", "udp", "UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*", "ok listeners"],
    ["that await an answer", "udp", "UNCONN 0 0 0.0.0.0:40123 0.0.0.0:*", "ok listeners"],
    ["of relayed calls", "udp", "UNCONN 0 0 0.0.0.0:49200 0.0.0.0:*", "ok listeners"],
    [
      "beyond the model",
      "tcp",
      'LISTEN 0 5 0.0.0.0:8080 0.0.0.0:* users:(("python3",pid=7,fd=3))',
      "error listener:8080/tcp",
    ],
    ["of the model by another transport", "udp", "UNCONN 0 0 *:5222 *:*", "error listener:5222/udp"],
    ["on one address of the node's", "tcp", "LISTEN 0 5 203.0.113.7:6379 0.0.0.0:*", "error listener:6379/tcp"],
    ["by IPv6 alone", "tcp", "LISTEN 0 5 [2001:db8::7]:9100 [::]:*", "error listener:9100/tcp"],
  ])("%s", (_, transport, line, wanted) => {
    node.fake("ss", `case "$*" in *--${transport}) echo '${line}';; esac`);
    expect(found("listeners")).toEqual([wanted]);
  });

  it("by both families are one finding", () => {
    node.fake(
      "ss",
      `case "$*" in *--tcp) echo 'LISTEN 0 5 0.0.0.0:80 0.0.0.0:*'; echo 'LISTEN 0 5 [::]:80 [::]:*';; esac`,
    );
    expect(found("listeners")).toEqual(["error listener:80/tcp"]);
  });
});

describe("delivered files", () => {
  const path = "/etc/imera/authorized_keys";
  beforeEach(() => {
    const owner = node.python(
      "from doctor import drift\nimport os\nprint(json.dumps(f'{drift.user_name(os.getuid())}:{drift.group_name(os.getgid())}'))",
    );
    const bundle = JSON.stringify({ files: [{ path, mode: "0644", owner, content: "a\n" }] });
    const { stderr, status } = node.run("usr/local/sbin/imera-apply", { input: bundle });
    expect([stderr, status]).toEqual(["", 0]);
    node.write("/root/.ssh/authorized_keys", "a\n");
  });

  it("are as they were delivered", () => {
    expect(found("drift")).toEqual(["ok drift"]);
  });

  it.each([
    [
      "of other content",
      () => void node.write(path, "b\n"),
      [`error drift:${path}`, "warning drift:/root/.ssh/authorized_keys"],
    ],
    ["of another mode", () => chmodSync(node.place(path), 0o666), [`error drift:${path}`]],
    [
      "that is gone",
      () => rmSync(node.place(path)),
      [`error drift:${path}`, "warning drift:/root/.ssh/authorized_keys"],
    ],
    [
      "whose copy was changed",
      () => void node.write("/root/.ssh/authorized_keys", "a\nb\n"),
      ["warning drift:/root/.ssh/authorized_keys"],
    ],
  ])("one %s is told", (_, change, wanted) => {
    change();
    expect(found("drift")).toEqual(wanted);
  });

  it("of a version that kept no checksums are not judged", () => {
    rmSync(node.place("/var/lib/imera/delivered.json"));
    expect(found("drift")).toEqual(["ok drift"]);
  });
});

describe("accounts", () => {
  const psql = "/usr/lib/postgresql/17/bin/psql";
  const answer = (rows: string) => {
    node.write(psql, `#!/bin/sh\nif grep -q HAVING; then printf '${rows}'; else echo 7; fi\n`);
    chmodSync(node.place(psql), 0o755);
  };
  it.each([
    ["with all forms", "", ["ok passwords"]],
    ["with one form", "anna|2\\n", ["warning password-types"]],
    ["in plain text", "anna|1\\n", ["warning password-plain", "warning password-types"]],
    ["with all forms and in plain text", "anna|1,2,3,4\\n", ["warning password-plain"]],
  ])("%s", (_, rows, wanted) => {
    answer(rows);
    expect(found("passwords")).toEqual(wanted);
  });
});

describe("what health says", () => {
  it.each([
    ["postgresql", false, "error node-postgresql"],
    ["wal archive", false, "warning node-wal-archive"],
    ["something new", false, "warning node-something-new"],
    ["disk", true, "ok node-disk"],
  ])("of %s, %s, is a finding", (name, ok, wanted) => {
    const check = `{"name": "${name}", "ok": ${ok ? "True" : "False"}, "detail": "it is so. What to do: wait"}`;
    expect(found("health_findings", `[health_findings.finding(${check})]`)).toEqual([wanted]);
  });
});

it("a check that waits for a server which does not answer is told in time, as that server's trouble", () => {
  const program = [
    "from doctor import examination",
    "examination.certificate = lambda: None",
    "wait = lambda: time.sleep(1)",
    "print(json.dumps(examination.examine({'database': wait, 'queues': wait}, 0.05)))",
  ];
  expect(node.python(program.join("\n"))).toMatchObject({
    findings: [
      { id: "node-database", severity: "error", seen: "no answer within 0.05 s" },
      { id: "unanswered:queues" },
    ],
    broken: [],
  });
});

it("a check that breaks is told by its name, beside what the others found; one that gets no answer is a finding", () => {
  const program = [
    "from doctor import examination",
    "from doctor.finding import well",
    "examination.certificate = lambda: None",
    "def silent(): raise trouble.Trouble('x was not asked', 'no end after 5 s', 'see y')",
    "checks = {'good': lambda: [well('good', 'fine')], 'bad': lambda: [1 / 0], 'silent': silent}",
    "print(json.dumps(examination.examine(checks)))",
  ];
  expect(node.python(program.join("\n"))).toMatchObject({
    findings: [{ id: "good" }, { id: "unanswered:silent", severity: "error", advice: "see y" }],
    broken: [{ check: "bad", why: "ZeroDivisionError: division by zero" }],
  });
});
