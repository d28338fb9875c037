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
