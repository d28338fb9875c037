import { fileURLToPath } from "node:url";
import { replay } from "../protocol/contract/replay.ts";
import { startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";
import { DEFAULT_PROJECT, type Entity, StubDigitalOcean } from "./testing/stub-digitalocean.ts";

const stub = new StubDigitalOcean();
const tokens = new Set(digitalOceanProvider.resources.map(({ token }) => token));

// The recorder's stub made ids that are no UUIDs, and DigitalOcean's client reads only UUIDs where the API promises them.
const placeholders = {
  "-vpc000000000": "-0bc000000000",
  "-project00000": "-000000900000",
  "projects/def/": `projects/${DEFAULT_PROJECT}/`,
};

replay({
  definition: digitalOceanProvider,
  recording: fileURLToPath(new URL("../../../test/contracts/plugins/digitalocean.json", import.meta.url)),
  placeholders,
  only: (_, { type }) => tokens.has(type),
  config: (api) => ({ apiEndpoint: api?.url ?? "", token: "stub" }),
  api: () => startStubApi(stub.answer),
  prepare(name, { inputs, create }) {
    stub.nextId = create?.id ?? "";
    // What the case works on was made by a case before it, and is gone by now.
    const made = (kind: string, id: unknown, entity: Entity) => {
      if (typeof id === "string") stub.collection(kind).set(id, entity);
    };
    const { volumeId, ipAddress, project } = inputs;
    if (name === "VolumeAttachment") made("volumes", volumeId, { id: volumeId, droplet_ids: [] });
    if (name === "ReservedIpAssignment") made("reserved_ips", ipAddress, { ip: ipAddress });
    if (name === "ProjectResources") made("projects", project, { id: project });
  },
  prepareChange(name, key) {
    // The recorder's stub had forgotten the droplet's second tag by the next change.
    const droplet = stub.collection("droplets").get("109");
    if (name === "Droplet" && key === "backups" && droplet !== undefined) droplet["tags"] = ["imera"];
  },
  normalise: (json) =>
    json
      .replaceAll(/\/actions\/\d+/g, "/actions/0")
      // Ids of attachments and assignments end in a time.
      .replaceAll(/-\d{26}\b/g, "-0"),
  senses: {
    "Volume formatted": /can only be expanded and not shrunk/,
    "Firewall without a rule": /At least one rule must be specified/,
    "Firewall bad protocol": /protocol.*"tcp", "udp", "icmp".*sctp/,
    "Firewall tcp without port": /port_range.*inbound.*required.*tcp/,
  },
});
