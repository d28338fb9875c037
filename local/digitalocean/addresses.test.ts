import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressPlan } from "../run/address-plan.ts";
import { memoryStore } from "../emulation/store.ts";
import { ipv6For, takeReservedIpv4 } from "./addresses.ts";
import { formatIpv4, netmask, overlap, parseIpv4, parseIpv4Range, rangeSize } from "./ipv4.ts";
import { openState } from "./state.ts";

describe("taking addresses", () => {
  it("never gives one that is in use, and comes back to one given back only after all others", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (steps) => {
        const state = openState(memoryStore());
        const plan = addressPlan(3);
        const lastGivenBack = new Map<string, number>();
        for (const [step, take] of steps.entries()) {
          const inUse = state.reservedIps.all().map(({ ip }) => ip);
          if (take || inUse.length === 0) {
            if (inUse.length === 127) continue;
            const ip = takeReservedIpv4(state, plan);
            expect(inUse).not.toContain(ip);
            expect(step - (lastGivenBack.get(ip) ?? -1000)).toBeGreaterThan(1);
            state.reservedIps.put(ip, { ip, region: "fra1", dropletId: null });
          } else {
            const ip = inUse[step % inUse.length] ?? "";
            state.reservedIps.delete(ip);
            lastGivenBack.set(ip, step);
          }
        }
      }),
    );
  });

  it("refuses when all are in use", () => {
    const state = openState(memoryStore());
    const plan = addressPlan(3);
    for (let count = 0; count < 127; count++) {
      const ip = takeReservedIpv4(state, plan);
      state.reservedIps.put(ip, { ip, region: "fra1", dropletId: null });
    }
    expect(() => takeReservedIpv4(state, plan)).toThrow(
      "All 127 addresses from 10.99.3.128 to 10.99.3.254 are in use.",
    );
  });
});

describe("IPv6 addresses", () => {
  it("follow the public IPv4 address in the run's prefix", () => {
    expect(ipv6For("10.99.254.127", addressPlan(254))).toBe("fd99:0:0:fe::7f");
  });
});

describe("IPv4 ranges", () => {
  it("are read as they are written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        expect(parseIpv4(formatIpv4(address))).toBe(address);
        const base = address - (address % rangeSize(prefix));
        expect(parseIpv4Range(`${formatIpv4(base)}/${prefix}`)).toEqual({ base, prefix });
      }),
    );
  });

  it.each(["10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "fd00::/8", ""])(
    "are not %j",
    (text) => {
      expect(parseIpv4Range(text)).toBeUndefined();
    },
  );

  it("overlap when one is in the other", () => {
    const range = (text: string) => parseIpv4Range(text) ?? { base: NaN, prefix: NaN };
    expect(overlap(range("10.0.0.0/8"), range("10.20.0.0/16"))).toBe(true);
    expect(overlap(range("10.20.0.0/16"), range("10.0.0.0/8"))).toBe(true);
    expect(overlap(range("10.0.0.0/24"), range("10.0.1.0/24"))).toBe(false);
    expect(netmask(27)).toBe("255.255.255.224");
  });
});
