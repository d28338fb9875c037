import { expect, test } from "vitest";

import { parseResolvConf } from "./upstream-resolvers.ts";

test("reads the addresses of resolv.conf, comments and other lines aside", () => {
  const content =
    "# nameserver 192.0.2.9\nsearch example.org\nnameserver 192.0.2.1\n  nameserver\t2001:db8::1 \noptions edns0\n";
  expect(parseResolvConf(content)).toEqual(["192.0.2.1", "2001:db8::1"]);
});

test("leaves out what only means something in this machine's own namespace", () => {
  expect(parseResolvConf("nameserver fe80::1%eth0\nnameserver not-an-address\n")).toEqual([]);
});
