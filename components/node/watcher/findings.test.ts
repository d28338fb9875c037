import { utimesSync } from "node:fs";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { nodePython } from "../../testing/node-python.ts";

const reading = `
import pathlib
from watcher import findings
file = pathlib.Path(json.load(sys.stdin))
print(json.dumps([[subject.name, subject.users, trouble] for subject, trouble in findings.read("xmpp1", file)]))
`;

function read(content: string, ageSeconds = 10): unknown {
  const file = join(temporaryFolder("findings"), "examination.json");
  writeFileSync(file, content);
  const time = Date.now() / 1000 - ageSeconds;
  utimesSync(file, time, time);
  return nodePython(reading, file);
}

const finding = (id: string, severity: string) => ({
  id,
  severity,
  seen: "the last one is of yesterday",
  meaning: "More would be lost with the data.",
  advice: "",
  command: "imera-backup now",
});
const itself = "finding examination on xmpp1";

it("tells of what the node finds wrong with itself, but for what the probes see", () => {
  const findings = [finding("node-backup", "warning"), finding("memory", "ok"), finding("node-ejabberd", "error")];
  expect(read(JSON.stringify({ findings, broken: [] }))).toEqual([
    [itself, expect.any(String), null],
    [
      "finding node-backup on xmpp1",
      "more would be lost with the data",
      "the last one is of yesterday. On the node: imera-backup now",
    ],
  ]);
});

it("tells that nothing is examined: no file, a damaged or old one, a check that broke", () => {
  const found = JSON.stringify({ findings: [finding("node-backup", "warning")], broken: [] });
  expect(read(found, 900)).toEqual([[itself, expect.any(String), expect.stringMatching(/9\d\d s old/)]]);
  for (const damage of ["", "{", "[]", "{}", '{"findings": [{}]}', '{"findings": 1}']) {
    expect(read(damage)).toEqual([[itself, expect.any(String), expect.stringContaining("cannot be read")]]);
  }
  expect(read(JSON.stringify({ findings: [], broken: [{ check: "units", why: "OSError: gone" }] }))).toEqual([
    [itself, expect.any(String), "units: OSError: gone"],
  ]);
  expect(nodePython(reading, "/nowhere/examination.json")).toEqual([[itself, expect.any(String), expect.any(String)]]);
});

it("tells of a full disk after one examination, and of what comes slowly after two, two minutes apart", () => {
  const patience = `
from watcher import findings
print(json.dumps([findings.subject(f"finding {name} on xmpp1").patience_seconds for name in json.load(sys.stdin)]))
`;
  const [disk, backup] = nodePython(patience, ["node-disk", "node-backup"]) as [number, number];
  expect(disk).toBeLessThan(60);
  expect(backup).toBeGreaterThan(120);
});
