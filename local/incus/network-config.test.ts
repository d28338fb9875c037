import { expect, test } from "vitest";
import { parse } from "yaml";

import { nicDevices, renderNetworkConfig } from "./network-config.ts";

const vpc = { id: "vpc", ipv4: "10.98.1.2", ipv4Cidr: "10.98.1.0/27" };

test("a droplet has its public addresses on eth0 and its VPC on eth1, each behind a next hop of its own", () => {
  const config = renderNetworkConfig({ publicIpv4: "10.99.1.16", publicIpv6: "fd99:0:0:1::10", vpc }, "10.99.1.1");
  expect(parse(config)).toEqual({
    version: 2,
    ethernets: {
      eth0: {
        addresses: ["10.99.1.16/32", "fd99:0:0:1::10/128"],
        nameservers: { addresses: ["10.99.1.1"] },
        routes: [{ to: "169.254.0.1/32" }, { to: "0.0.0.0/0", via: "169.254.0.1" }, { to: "::/0", via: "fe80::1" }],
      },
      eth1: {
        addresses: ["10.98.1.2/32"],
        routes: [{ to: "169.254.0.2/32" }, { to: "10.98.1.0/27", via: "169.254.0.2" }],
      },
    },
  });
});

test("without IPv6 nothing of it is configured", () => {
  const config = renderNetworkConfig({ publicIpv4: "10.99.1.16", vpc }, "10.99.1.1");
  expect(config).not.toMatch(/::|fe80/);
  const { eth0 } = nicDevices({ publicIpv4: "10.99.1.16", vpc }, "d7");
  expect(eth0).toMatchObject({ "ipv6.gateway": "none" });
  expect(eth0).not.toHaveProperty("ipv6.address");
});

test("a service container has no VPC", () => {
  expect(Object.keys(nicDevices({ publicIpv4: "10.99.1.4" }, "s4"))).toEqual(["eth0"]);
  expect(renderNetworkConfig({ publicIpv4: "10.99.1.4" }, "10.99.1.1")).not.toContain("eth1");
});

test("interface names fit into the kernel's 15 characters up to droplet ids of twelve digits", () => {
  const devices = nicDevices({ publicIpv4: "10.99.1.16", vpc }, "d999999999999");
  for (const { host_name: name } of Object.values(devices)) expect(name?.length).toBeLessThanOrEqual(15);
});
