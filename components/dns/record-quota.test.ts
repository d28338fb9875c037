import { expect, it } from "vitest";
import type { RecordPlan } from "./dns-records.ts";
import { quotaProblems } from "./record-quota.ts";
import type { WantedNames, ZoneRecord } from "./zone-problems.ts";

const record = (id: string): ZoneRecord => ({ id, type: "A", name: `${id}.example.org`, content: "192.0.2.1" });
const plan = (name: string): RecordPlan => ({
  ...{ key: name, name: `${name}.example.org`, type: "A" },
  data: { kind: "address", node: "xmpp1", address: "serviceIpv4" },
});
const wanted: WantedNames = {
  domain: "example.org",
  zone: "example.org",
  records: ["a", "b", "c"].map(plan),
  certificateNames: ["example.org", "upload.example.org"],
  authority: "",
  ownIds: new Set(["a", "b", "c"]),
};
const others = [record("x"), record("y")];

it.each<[string, readonly ZoneRecord[], number, boolean]>([
  ["all to be made, room for one less", others, 196, true],
  ["all to be made, room for them", others, 195, false],
  ["one to be made", [...others, record("a"), record("b")], 197, false],
  ["one to be made, room for the record but not for the certificate's", [record("a"), record("b")], 198, true],
  ["nothing to be made in a full zone", [record("a"), record("b"), record("c")], 200, false],
])("%s", (_what, found, used, isTooMany) => {
  const problems = quotaProblems(wanted, found, { record_quota: 200, record_usage: used });
  expect(problems).toHaveLength(isTooMany ? 1 : 0);
});

it("says nothing where the account's quota counts", () => {
  expect(quotaProblems(wanted, others, { record_quota: null, record_usage: 5000 })).toEqual([]);
});
