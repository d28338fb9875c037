import { services } from "../../../components/model/services.ts";
import { settingsSchema } from "../../../components/settings/schema.ts";
import { goodConfig } from "../../../components/testing/good-config.ts";
import { stackAccess } from "../../network/stack-access.ts";
import type { ExaminedNetwork } from "../examined-network.ts";

const node = {
  name: "xmpp1.example.org",
  publicIpv4: "203.0.113.7",
  publicIpv6: "2001:db8::7",
  privateIpv4: "10.0.0.2",
  serviceIpv4: "203.0.113.7",
  sshHostKey: "ssh-ed25519 AAAA",
};

/** Makes a network that is described in full and reached by nobody, for what judges without looking. */
export function givenNetwork(changes: Partial<ExaminedNetwork> = {}): ExaminedNetwork {
  const nowhere = () => Promise.reject(new Error("nobody is there"));
  return {
    access: stackAccess({
      stack: "prod",
      runNumber: undefined,
      configFile: "",
      workFolder: "",
      run: undefined,
      cli: { command: "", env: {}, projectFolder: "" },
      toolchain: { pulumiHome: "", pulumi: "", nodePath: "", compileCache: "", parts: [] },
      outside: { nameServers: undefined, caBundle: undefined },
    }),
    settings: settingsSchema.parse(plainSettings()),
    outputs: {
      domain: "example.org",
      adminJid: "admin@example.org",
      nodes: [node],
      backup: { endpoint: "s3.test", region: "ams3", bucket: "b" },
      backupReader: { accessKey: "a", secretKey: "s" },
    },
    services: services({ turnRelayPorts: { first: 49_152, last: 49_407 } }),
    node,
    accepted: [],
    peers: [],
    trusted: [],
    login: nowhere,
    session: nowhere,
    ask: nowhere,
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...changes,
  };
}

function plainSettings(): Record<string, unknown> {
  const names = Object.keys(settingsSchema.shape);
  return Object.fromEntries(
    Object.entries(goodConfig().values)
      .map(([name, value]) => [name.replace("imera:", ""), value] as const)
      .filter(([name]) => names.includes(name)),
  );
}
