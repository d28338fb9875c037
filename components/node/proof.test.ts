import { describe, expect, it } from "vitest";
import { buildNetwork, nothingFound, setupStep } from "../testing/build-network.ts";
import { resource } from "../testing/mocks.ts";
import { poweredOnAt, provedMachine } from "./proof.ts";

const droplet = {
  id: "7",
  name: "xmpp1.example.org",
  status: "off",
  locked: false,
  disk: 25,
  size_slug: "s-1vcpu-1gb",
  region: { slug: "fra1" },
};
const ready = (triggers: unknown[]) => ({
  type: "command:remote:Command",
  name: "imera-xmpp1-setup-ready",
  id: "",
  outputs: { triggers },
});
const since = "2026-11-22T18:00:00.000Z";
const addresses = {
  publicIpv4: "192.0.2.7",
  publicIpv6: "2001:db8::7",
  privateIpv4: "10.0.0.7",
  serviceIpv4: "192.0.2.8",
};

describe("a droplet that is off", () => {
  it("has its node proved again", async () => {
    const before = Date.now();
    const { askedFor } = await buildNetwork({}, false, { ...nothingFound, off: new Map([["xmpp1", droplet]]) });
    const triggers = setupStep(askedFor, "ready").inputs["triggers"] as string[];
    expect(Date.parse(triggers.at(-1) ?? "")).toBeGreaterThanOrEqual(before);
  });

  it("has it proved once: the time stays afterwards", () => {
    const known = [ready(["7", "bundle", JSON.stringify(addresses), since])];
    expect(poweredOnAt("imera-xmpp1-setup", "xmpp1", { off: new Map(), known })).toBe(since);
  });

  it.each([[[]], [["7", "bundle", "secrets", "a", 10, ""]]])(
    "was never switched on by this program: %j",
    (triggers) => {
      const found = { off: new Map(), known: [ready(triggers)] };
      expect(poweredOnAt("imera-xmpp1-setup", "xmpp1", found)).toBe("");
    },
  );
});

describe("names and open ports", () => {
  it("follow the machine of the last proof, not the newest one", async () => {
    const proof = ["7", "bundle", "secrets", "a", 10, "", JSON.stringify(addresses), ""];
    const outputs = { "imera-xmpp1-setup-ready": { triggers: proof } };
    const { askedFor } = await buildNetwork({}, false, nothingFound, outputs);
    expect(resource(askedFor, "imera-xmpp1-public-firewall-rules").inputs).toMatchObject({ dropletIds: [7] });
    expect(resource(askedFor, "imera-dns-conference-xmpp1-a").inputs).toMatchObject({ content: "192.0.2.8" });
    expect(resource(askedFor, "imera-dns-conference-xmpp1-aaaa").inputs).toMatchObject({ content: "2001:db8::7" });
    expect(resource(askedFor, "imera-dns-turn-xmpp1-a").inputs).toMatchObject({ content: "192.0.2.7" });
  });

  it.each([[undefined], [[]], [["7", "bundle", "secrets", "a", 10, ""]]])(
    "lead nowhere after a proof that does not say what it proved: %j",
    (triggers) => {
      expect(() => provedMachine(triggers)).toThrow(/never been proved ready by this version.*without --target/);
    },
  );
});
