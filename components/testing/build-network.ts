import { output, runtime, type CustomResourceOptions, type ResourceTransformation } from "@pulumi/pulumi";
import { vi } from "vitest";
import { unpackText } from "../../host/packed-text.ts";
import { readSettings } from "../settings/settings.ts";
import type { NodeFacts } from "../model/node-facts.ts";
import type { Survey } from "../vendors/survey.ts";
import { XmppNetwork } from "../xmpp-network.ts";
import { goodConfig } from "./good-config.ts";
import { mockEngine, type MockEngineOptions, resolved, resource, type AskedFor } from "./mocks.ts";

// On a machine that is busy with droplets, registering 50 resources takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const zone = { zoneId: "zone-id", dnsWritePermissionId: "permission-id" };

/** Findings at vendors that have nothing of the stack, in a region that has been used. */
export const nothingFound: Survey = { vpcIsDefault: false, off: new Map(), known: [] };

/** Builds a network with some settings changed, on a made-up engine; resolves when all resources are registered. */
export async function buildNetwork(
  changes: Readonly<Record<string, string>> = {},
  preview = false,
  survey: Survey = nothingFound,
  outputs: NonNullable<MockEngineOptions["outputs"]> = {},
) {
  const askedFor = await mockEngine({ preview, outputs });
  const options = new Map<string, CustomResourceOptions>();
  const note: ResourceTransformation = ({ name, opts }) => {
    options.set(name, opts);
    return undefined;
  };
  const settings = readSettings(goodConfig(changes));
  const args = { settings, zone: settings.purpose === "drill" ? undefined : zone, survey };
  const network = new XmppNetwork("imera", args, { transformations: [note] });
  await runtime.disconnect();
  return { askedFor, network, options, nodes: preview ? [] : await resolved(network.nodes) };
}

let usual: ReturnType<typeof buildNetwork> | undefined;

/** Builds the network with nothing but defaults, once for all tests of a file. */
export function usualNetwork() {
  usual ??= buildNetwork();
  return usual;
}

/** Finds one step of the only node's set-up, such as `configuration`. */
export function setupStep(askedFor: readonly AskedFor[], step: string): AskedFor {
  return resource(askedFor, `imera-xmpp1-setup-${step}`);
}

/** Reads the files that the only node receives. */
export function nodeFilesOf(askedFor: readonly AskedFor[]): readonly { path: string; content: string }[] {
  const packed = String(setupStep(askedFor, "configuration").inputs["stdin"]);
  return (JSON.parse(unpackText(packed) ?? "") as { files: { path: string; content: string }[] }).files;
}

/** Reads the facts of the only node from the files that it receives. */
export function nodeFactsOf(askedFor: readonly AskedFor[]): NodeFacts {
  const files = nodeFilesOf(askedFor);
  return JSON.parse(files.find(({ path }) => path === "/etc/imera/node.json")?.content ?? "") as NodeFacts;
}

/** Names the resources that `dependsOn` has in a resource's options. */
export async function waitsFor(options: CustomResourceOptions | undefined): Promise<string[]> {
  const { dependsOn } = options ?? {};
  const resources = [await resolved(output(dependsOn ?? []))].flat();
  return Promise.all(resources.map(async ({ urn }) => (await resolved(urn)).split("::").at(-1) ?? ""));
}
