import { describe, expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import { buildNetwork, nodeFilesOf, nothingFound, setupStep } from "../testing/build-network.ts";
import { goodSecret, pairs } from "../testing/good-config.ts";
import type { KnownResource } from "../vendors/stack-state.ts";

const former = generateOpenSshKeyPair("former").privateKey;
const steps = ["first-contact", "configuration", "secrets", "ready"];

/** State of a stack whose node took the key `privateKey` last. */
function stateWith(privateKey: string, { region = "fra1", met = "1", more = [] as string[] } = {}): KnownResource[] {
  const connection = { host: "203.0.113.10", privateKey };
  const command = (step: string, outputs: object) => ({
    type: "command:remote:Command",
    name: `imera-xmpp1-setup-${step}`,
    id: "",
    outputs: { connection: { value: connection }, ...outputs },
  });
  return [
    { type: "digitalocean:index/droplet:Droplet", name: "imera-xmpp1-droplet", id: "1", outputs: { region } },
    command("first-contact", { triggers: [met] }),
    ...["configuration", ...more].map((step) => command(step, { triggers: ["1"] })),
  ];
}

/** Commands of the node's set-up: the key of each one's connection, and the inputs whose change is ignored. */
async function setupOf(known: readonly KnownResource[]) {
  const { askedFor, options } = await buildNetwork({}, false, { ...nothingFound, known });
  const names = askedFor.map(({ name }) => name).filter((name) => name.startsWith("imera-xmpp1-setup-"));
  const keyOf = (name: string) => (setupStep(askedFor, name).inputs["connection"] as { privateKey: string }).privateKey;
  const found = names.map((name) => name.replace("imera-xmpp1-setup-", ""));
  return {
    askedFor,
    keys: Object.fromEntries(found.map((name) => [name, keyOf(name)])),
    ignored: Object.fromEntries(found.map((name) => [name, options.get(`imera-xmpp1-setup-${name}`)?.ignoreChanges])),
    droplet: options.get("imera-xmpp1-droplet")?.ignoreChanges,
  };
}

const current = goodSecret("provisioningPrivateKey");
const own = Object.fromEntries(steps.map((step) => [step, current]));

describe("a change of the stack's SSH key", () => {
  it("is brought to a node by the key that the node took last, and meets nobody anew", async () => {
    const { askedFor, keys, ignored, droplet } = await setupOf(stateWith(former));
    expect(keys).toEqual({ ...own, admission: former });
    expect(setupStep(askedFor, "admission").inputs["stdin"]).toBe(`${pairs.provisioning.publicKey}\n`);
    expect(setupStep(askedFor, "admission").secretInputs).toContain("connection");
    expect(ignored).toMatchObject({ "first-contact": ["connection"], admission: [] });
    expect(droplet).toContain("sshKeys");
  });

  it("is over once the node takes the key: nothing runs again", async () => {
    const { keys, ignored } = await setupOf(stateWith(current, { more: ["admission"] }));
    expect(Object.keys(keys)).toContain("admission");
    expect(ignored["admission"]).toEqual(["connection", "create", "stdin"]);
    expect((await setupOf(stateWith(current))).keys).toEqual(own);
  });

  it.each([
    ["none yet", []],
    ["one that was not met", stateWith(former, { met: "0" })],
    ["one that moves away", stateWith(former, { region: "ams3" })],
  ])("concerns no new droplet, where the state has %s", async (_, known) => {
    const { keys, ignored } = await setupOf(known);
    expect(keys).toEqual(own);
    expect(ignored["first-contact"]).toEqual([]);
  });

  it("gives a droplet that is made anew in another region the keys that there are now", async () => {
    expect((await setupOf(stateWith(former, { region: "ams3" }))).droplet).toEqual([]);
  });
});

it("a node gets the keys of its stack's operators, and no other", async () => {
  const ana = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFLg766y+rX+M1Vk2Q9WzCXruwf5KMpJ23w40HIkjQ0u ana's laptop";
  const { askedFor } = await buildNetwork({ "imera:sshKeys": JSON.stringify([ana]) });
  const list = nodeFilesOf(askedFor)
    .find(({ path }) => path === "/etc/imera/authorized_keys")
    ?.content.split("\n");
  expect(list?.filter((line) => !line.startsWith("#"))).toEqual([pairs.provisioning.publicKey, ana, ""]);
});
