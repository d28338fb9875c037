import fc from "fast-check";
import { expect, test } from "vitest";

import { type AddressPlan, addressPlan } from "./address-plan.ts";

const runs = fc.integer({ min: 1, max: 254 });

function lastNumber(address: string): number {
  return Number(address.split(".")[3]);
}

test("the parts of a plan follow one another without touching", () => {
  fc.assert(
    fc.property(runs, (run) => {
      const plan = addressPlan(run);
      const { serviceIpv4, dropletIpv4, reservedIpv4 } = plan;
      const order = [plan.cloudIpv4, plan.hostIpv4, ...[serviceIpv4, dropletIpv4, reservedIpv4].flatMap(bounds)];
      const numbers = order.map(lastNumber);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    }),
  );
});

test("two runs have no address in common", () => {
  fc.assert(
    fc.property(runs, runs, (a, b) => {
      fc.pre(a !== b);
      const networks = (plan: AddressPlan) => [plan.publicIpv4Cidr, plan.publicIpv6Cidr, plan.vpcIpv4Cidr];
      expect(networks(addressPlan(a)).filter((network) => networks(addressPlan(b)).includes(network))).toEqual([]);
    }),
  );
});

test.each([0, 255, 1.5, Number.NaN])("there is no run %d", (run) => {
  expect(() => addressPlan(run)).toThrow(RangeError);
});

function bounds({ first, last }: { first: string; last: string }): string[] {
  return [first, last];
}
