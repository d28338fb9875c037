import { beforeAll, describe, expect, it } from "vitest";
import type { ExaminedStack } from "../../../scripts/doctor/examined-network.ts";
import { describeExamination } from "../../../scripts/doctor/describe-examination.ts";
import { nodeMachine, type NodeMachine } from "../outage/node.ts";
import { examinationWith, type Fault, namedBy, stackUnderTest } from "./fault.ts";
import { machineFaults, serverFaults } from "./node-faults.ts";
import { vendorFaults } from "./vendor-faults.ts";

let stack: ExaminedStack;
let node: NodeMachine;
beforeAll(async () => {
  stack = await stackUnderTest();
  node = await nodeMachine();
});

const domain = "imera.test";
const shell = (command: string) => node.shell(command);
const faults: readonly Fault[] = [
  ...vendorFaults(domain),
  ...machineFaults(shell, domain),
  ...serverFaults(shell, domain),
  { name: "another server that nobody reaches", finds: "federation", stack: { peers: ["nowhere.test"] } },
];

describe("the doctor", () => {
  it("finds nothing wrong with a network that is well", async () => {
    const examination = await examinationWith(stack, []);
    expect(namedBy(examination)).toEqual([]);
    expect(examination.notLooked).toEqual([]);
    expect(examination.seconds).toBeLessThan(15);
  });

  it.each(faults)("names $name, and nothing else", async ({ finds, severity = "error", stack: changes, bring }) => {
    const mend = await bring?.();
    try {
      const wanted = [`${severity} ${finds}`];
      const examination = await examinationWith({ ...stack, ...changes }, wanted);
      expect(namedBy(examination), describeExamination(examination)).toEqual(wanted);
      expect(examination.troubles[0]?.next).not.toBe("");
    } finally {
      await mend?.();
    }
  });

  it("finds nothing wrong again when all of these are mended", async () => {
    expect(namedBy(await examinationWith(stack, []))).toEqual([]);
  });
});
