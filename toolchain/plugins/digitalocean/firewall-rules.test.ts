import { describe, expect, it } from "vitest";
import { fromRules, ruleProblem, toInboundRules } from "./firewall-rules.ts";

const everyone = ["0.0.0.0/0"];
const portsOf = (protocol: "tcp" | "icmp", given: { protocol: string; portRange?: string }[]) =>
  fromRules({ inboundRules: [{ protocol, ports: "0", sources: { addresses: everyone } }] }, given).inboundRules[0]
    ?.portRange;

describe("firewall rules", () => {
  it("need ports for TCP and UDP, not for ICMP", () => {
    expect(ruleProblem("inbound", [{ protocol: "icmp" }, { protocol: "tcp", portRange: "443" }])).toBeUndefined();
    expect(ruleProblem("outbound", [{ protocol: "udp" }])).toMatch(/outbound rules.*a udp rule has none/);
  });

  it("leave out targets that are not given", () => {
    const [rule] = toInboundRules([{ protocol: "icmp", sourceAddresses: everyone, sourceTags: [] }]);
    expect(rule).toEqual({ protocol: "icmp", sources: { addresses: everyone } });
  });

  it("keep the program's own way to write all ports, which the API answers as 0", () => {
    expect(portsOf("tcp", [{ protocol: "tcp", portRange: "1-65535" }])).toBe("1-65535");
    expect(portsOf("tcp", [{ protocol: "udp", portRange: "1-65535" }])).toBe("all");
    expect(portsOf("icmp", [])).toBe("");
  });

  it("are in one order, whatever order the API has", () => {
    const rules = ["5222", "443"].map((ports) => ({ protocol: "tcp" as const, ports, sources: { tags: ["b", "a"] } }));
    const { inboundRules } = fromRules({ inboundRules: rules }, []);
    expect(inboundRules.map(({ portRange }) => portRange)).toEqual(["443", "5222"]);
    expect(inboundRules[0]?.sourceTags).toEqual(["a", "b"]);
  });
});
