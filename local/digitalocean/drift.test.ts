import { expect, it } from "vitest";
import { startTestApi, type TestApi } from "./testing/api.ts";
import { type Made, type StandInStack, startStack } from "./testing/stand-in-stack.ts";

const anywhere = ["0.0.0.0/0", "::/0"];

interface Network {
  readonly droplet: Made;
  readonly volume: Made;
  readonly attachment: Made;
  readonly firewall: Made;
  readonly own: Made;
}

async function makeNetwork(stack: StandInStack): Promise<Network> {
  await stack.create("Tag", { name: "imera" });
  const rules = { inboundRules: [{ protocol: "tcp", portRange: "22", sourceAddresses: anywhere }] };
  const firewall = await stack.create("Firewall", { name: "by-tag", tags: ["imera"], ...rules });
  const volume = await stack.create("Volume", { name: "data", region: "fra1", size: 10 });
  const order = { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
  const droplet = await stack.create("Droplet", { ...order, name: "n1.example.org", tags: ["imera"] });
  const dropletId = Number(droplet.id);
  const attachment = await stack.create("VolumeAttachment", { volumeId: volume.id, dropletId });
  const own = await stack.create("Firewall", { name: "by-id", dropletIds: [dropletId], ...rules });
  await stack.refresh();
  return { droplet, volume, attachment, firewall, own };
}

it.each<[string, (api: TestApi, network: Network) => Promise<unknown>, keyof Network, "gone" | readonly string[]]>([
  ["renamed", (api, { droplet }) => act(api, droplet, { type: "rename", name: "n2" }), "droplet", ["name"]],
  ["resized", (api, { droplet }) => resize(api, droplet), "droplet", ["size"]],
  ["without its tag", (api, { droplet }) => untag(api, droplet), "droplet", ["tags"]],
  ["deleted", (api, { droplet }) => api.request("DELETE", `/v2/droplets/${droplet.id}`), "droplet", "gone"],
  ["without its volume", (api, { volume, droplet }) => detach(api, volume, droplet), "attachment", "gone"],
  ["out of its firewall", (api, { own, droplet }) => letOut(api, own, droplet), "own", ["dropletIds"]],
  [
    "in a firewall that lost its tag",
    (api, { firewall }) => api.request("DELETE", `/v2/firewalls/${firewall.id}/tags`, { tags: ["imera"] }),
    "firewall",
    ["tags"],
  ],
])("a droplet that is %s behind the engine's back is found by a refresh", async (_, happens, part, drift) => {
  const api = await startTestApi();
  const stack = await startStack(api);
  const network = await makeNetwork(stack);
  expect(await stack.drift(network[part])).toEqual([]);
  await happens(api, network);
  await api.settled();
  expect(await stack.drift(network[part])).toEqual(drift);
});

async function act(api: TestApi, { id }: Made, action: object): Promise<void> {
  await api.request("POST", `/v2/droplets/${id}/actions`, action);
  await api.settled();
}

async function resize(api: TestApi, droplet: Made): Promise<void> {
  await act(api, droplet, { type: "power_off" });
  await act(api, droplet, { type: "resize", size: "s-2vcpu-2gb", disk: false });
}

function untag(api: TestApi, { id }: Made) {
  return api.request("DELETE", "/v2/tags/imera/resources", {
    resources: [{ resource_id: id, resource_type: "droplet" }],
  });
}

function detach(api: TestApi, volume: Made, droplet: Made) {
  const action = { type: "detach", droplet_id: Number(droplet.id), region: "fra1" };
  return api.request("POST", `/v2/volumes/${volume.id}/actions`, action);
}

function letOut(api: TestApi, firewall: Made, droplet: Made) {
  return api.request("DELETE", `/v2/firewalls/${firewall.id}/droplets`, { droplet_ids: [Number(droplet.id)] });
}
