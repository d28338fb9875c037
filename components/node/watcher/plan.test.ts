import { expect, it } from "vitest";
import { nodePython } from "../../testing/node-python.ts";

const proving = `
from watcher import plan
from watcher.world import World
node = {"key": "xmpp1", "name": "xmpp1.example.org", "serviceIpv4": "203.0.113.7", "publicIpv6": "2001:db8::7"}
world = World({"role": json.load(sys.stdin), "domain": "example.org", "nodes": [node], "services": [], "ipv6": True}, {}, None, None)
print(json.dumps({probe.subject: probe.also() for probe in plan.of_node(world, node)}))
`;

it("a node that reaches itself does not prove that its network is there, as it does to any other eye", () => {
  expect(nodePython(proving, "watcher")).toMatchObject({ "node xmpp1": ["eye"] });
  expect(nodePython(proving, "node")).toMatchObject({ "node xmpp1": [] });
});

const hanging = `
from watcher import plan, subjects
from watcher.probes.keeper import Keeper
from watcher.world import World
services = [{"name": name, "transports": ["tcp", "udp"], "reach": "everyone", "firstPort": port} for name, port in (("c2s", 5222), ("stun", 3478))]
node = {"key": "xmpp1", "name": "xmpp1.example.org", "serviceIpv4": "203.0.113.7", "publicIpv6": "2001:db8::7"}
hosts = dict.fromkeys(("domain", "conference", "upload", "proxy", "pubsub", "turn"), "example.org")
world = World({"role": "watcher", "eye": "watcher", "domain": "example.org", "hosts": hosts, "nodes": [node], "services": services,
  "records": [], "peer": None, "heartbeats": [], "ipv6": True}, {}, None, None)
patience = subjects.subjects(world.configuration)
print(json.dumps({probe.subject: [probe.interval_seconds + (probe.late_seconds or probe.timeout_seconds), patience[probe.subject].patience_seconds]
  for probe in plan.probes(world, Keeper(world, print), []) if probe.subject in ("message", "server xmpp1")}))
`;

it("what hangs is seen to fail before its patience ends, so that it is told of when that ends", () => {
  const found = nodePython(hanging, null) as Record<string, readonly [number, number]>;
  expect(Object.keys(found).toSorted()).toEqual(["message", "server xmpp1"]);
  // What it rests on has to be seen to work after that: another try of it, of two seconds.
  for (const [failsAfter, patience] of Object.values(found)) expect(failsAfter + 2).toBeLessThanOrEqual(patience);
});
