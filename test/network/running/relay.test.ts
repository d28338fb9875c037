import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import { type Cloud, firstNode, runningCloud } from "../cloud.ts";
import { ask } from "../outage/client-program.ts";
import {
  type AddressFamily,
  openRelay,
  type RelayAccess,
  type RelayClient,
} from "../../../scripts/probes/relay-client.ts";

const port = 53;
/** Question for the address of localhost, which the node's own resolver answers. */
const dnsQuestion = Buffer.from("00010100000100000000000009" + "6c6f63616c686f7374" + "0000010001", "hex");

let cloud: Cloud;
let access: RelayAccess;
let relays: Record<AddressFamily, RelayClient>;
beforeAll(async () => {
  cloud = await runningCloud();
  const { jid, passwordFile } = adminAccount(cloud);
  await using machine = await clientMachine(cloud);
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  const given = (await ask(machine, "relay-credentials.ts", login)) as { username: string; password: string };
  access = { ...given, address: firstNode(cloud).publicIpv4, port: 3478 };
  relays = { ipv4: await openRelay(access, "ipv4"), ipv6: await openRelay(access, "ipv6") };
});
afterAll(() => {
  relays.ipv4[Symbol.dispose]();
  relays.ipv6[Symbol.dispose]();
});

describe("a relayed call", () => {
  it.each([
    ["loopback", "ipv4", ["127.0.0.1", "127.0.0.53", "127.255.255.254", "0.0.0.0"]],
    ["private networks", "ipv4", ["10.98.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]],
    ["link-local addresses, the metadata service's among them", "ipv4", ["169.254.169.254", "169.254.1.1"]],
    ["multicast and reserved addresses", "ipv4", ["224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"]],
    [
      "loopback, link-local, private and multicast",
      "ipv6",
      ["::1", "::", "fe80::1", "fd12:3456::1", "fc00::1", "ff02::1"],
    ],
    ["IPv4 by another name", "ipv6", ["::ffff:127.0.0.1", "::ffff:10.98.0.1", "::ffff:169.254.169.254", "::127.0.0.1"]],
    ["IPv4 behind a translator", "ipv6", ["64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1"]],
  ] as const)("never goes to %s (%s)", async (_, family, addresses) => {
    for (const address of [...addresses, firstNode(cloud).privateIpv4].filter((each) => isOf(family, each))) {
      expect([address, await relays[family].permit({ address, port })]).toEqual([address, 403]);
      expect([address, await relays[family].bindChannel({ address, port })]).toEqual([address, 403]);
    }
  });

  it("does not carry a packet where it was refused to go", async () => {
    for (const address of ["127.0.0.53", "127.0.0.54"]) {
      await relays.ipv4.permit({ address, port });
      relays.ipv4.send({ address, port }, dnsQuestion);
    }
    expect(await relays.ipv4.next(1_000)).toBeUndefined();
  });

  it.each(["8.8.8.8", "2606:4700:4700::1111"])("may go to public addresses such as %s", async (address) => {
    const family = isOf("ipv6", address) ? "ipv6" : "ipv4";
    expect(await relays[family].permit({ address, port })).toBe(0);
  });

  it.each(["ipv4", "ipv6"] as const)("reaches somebody who is behind the relay too, by %s", async (family) => {
    using other = await openRelay(access, family);
    const one = relays[family];
    expect(await one.permit(other.relayed)).toBe(0);
    expect(await other.permit(one.relayed)).toBe(0);
    one.send(other.relayed, Buffer.from("hello"));
    expect((await other.next(5_000))?.toString()).toBe("hello");
    other.send(one.relayed, Buffer.from("hello, too"));
    expect((await one.next(5_000))?.toString()).toBe("hello, too");
  });
});

function isOf(family: AddressFamily, address: string): boolean {
  return address.includes(":") === (family === "ipv6");
}
