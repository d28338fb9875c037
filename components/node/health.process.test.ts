import { expect, it } from "vitest";
import { nodeRoot } from "../testing/node-root.ts";

it("the database answers where the server counts accounts in it, and not where it counts none", () => {
  const node = nodeRoot();
  const describe = (answer: string) =>
    node.python(
      [
        "from watch import health",
        `try: print(json.dumps(health.described(${JSON.stringify(answer)})))`,
        "except health.Red as red: print(json.dumps(f'red: {red}'))",
      ].join("\n"),
    );
  expect(describe("2")).toBe("2 accounts");
  expect(describe('{"stat": 17}')).toBe("17 accounts");
  // What ejabberd answers where its query failed.
  expect(describe("0")).toMatch(/^red: .*0 accounts.*database does not answer/);
  expect(describe('{"stat": 0}')).toMatch(/^red: /);
  for (const answer of ["", "null", "true", '{"error": 1}', '"2"']) expect(describe(answer)).toMatch(/^red: /);
});

it.each(["renewal", "retention", "backup"])(
  "a node is not healthy, but serves, where its check of the %s is red",
  (red) => {
    const node = nodeRoot();
    const found = node.python(`
from watch import health
judged = lambda name: {"name": name, "ok": name != "${red}", "detail": ""}
health.check = lambda name, look: judged(name)
health.backup_checks = lambda: [judged("backup")]
health.service_checks = lambda: [judged("database")]
health.updates_that_wait = health.banned_addresses = lambda: judged("told")
print(json.dumps(health.inspect_node()))`);
    expect(found).toMatchObject({ healthy: false, serving: true });
  },
);
