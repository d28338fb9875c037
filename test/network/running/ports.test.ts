import { beforeAll, describe, expect, it } from "vitest";
import { services } from "../../../components/model/services.ts";
import { settingsSchema } from "../../../components/settings/schema.ts";
import { type Cloud, firstNode, runningCloud } from "../cloud.ts";
import { scanTcp, tryTcp, tryUdp } from "../../../scripts/probes/port-scan.ts";

/** The stack sets no range of its own. */
const settings = settingsSchema.pick({ turnRelayFirstPort: true, turnRelayLastPort: true }).parse({});
const relay = { first: settings.turnRelayFirstPort, last: settings.turnRelayLastPort };
const model = services({ turnRelayPorts: relay });
/** Closed by the node itself once it is ready, so nothing answers there though operators' packets come through. */
const onlyAtFirstContact = 2222;
const stunBindingRequest = Buffer.from("000100002112a442000000000000000000000001", "hex");

let cloud: Cloud;
beforeAll(async () => {
  cloud = await runningCloud();
});

describe("TCP", () => {
  it("answers on the ports of the service model and on no other", async () => {
    const everyPort = Array.from({ length: 65_535 }, (_, index) => index + 1);
    const answered = await scanTcp(firstNode(cloud).publicIpv4, everyPort, { concurrency: 2_000, timeoutMs: 1_500 });
    const expected = model
      .filter((service) => service.transports.includes("tcp") && service.ports.first !== onlyAtFirstContact)
      .map((service) => service.ports.first);
    answered.delete(onlyAtFirstContact);
    const open = [...answered].filter(([, state]) => state === "open").map(([port]) => port);
    const refused = [...answered].filter(([, state]) => state === "refused").map(([port]) => port);
    expect(open.toSorted(ascending)).toEqual(expected.toSorted(ascending));
    expect(refused).toEqual([]);
  });

  it("does not answer where only first contact did", async () => {
    expect(await tryTcp(firstNode(cloud).publicIpv4, onlyAtFirstContact, 1_500)).not.toBe("open");
  });
});

describe("UDP", () => {
  it("answers STUN", async () => {
    expect(await tryUdp(firstNode(cloud).publicIpv4, 3478, stunBindingRequest, 2_000)).toBe("open");
  });

  it.each([relay.first, relay.last])("lets relay packets through to %i, where nothing is relayed yet", async (port) => {
    expect(await tryUdp(firstNode(cloud).publicIpv4, port, Buffer.from("x"), 2_000)).toBe("refused");
  });

  it.each([53, 123, 443, 1883, 4369, 5222, 5353, 5432, relay.first - 1, relay.last + 1])(
    "drops packets to %i",
    async (port) => {
      expect(await tryUdp(firstNode(cloud).publicIpv4, port, Buffer.from("x"), 1_000)).toBe("silent");
    },
  );
});

describe("the private network", () => {
  it.each([22, 443, 5222, 5432])("is not reachable from outside on %i", async (port) => {
    expect(await tryTcp(firstNode(cloud).privateIpv4, port, 1_500)).toBe("silent");
  });
});

function ascending(a: number, b: number): number {
  return a - b;
}
