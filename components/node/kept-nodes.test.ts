import { describe, expect, it } from "vitest";
import { domainChange, lostNodes } from "./kept-nodes.ts";

const network = { name: "imera", stack: "prod", domain: "example.org", nodes: ["xmpp1"] };
const volume = {
  type: "digitalocean:index/volume:Volume",
  name: "imera-xmpp1-data",
  outputs: { name: "imera-xmpp1-data-1a2b3c4" },
};
const droplet = {
  type: "digitalocean:index/droplet:Droplet",
  name: "imera-xmpp1-droplet",
  outputs: { name: "xmpp1.example.org" },
};
const others = [
  { type: "digitalocean:index/volumeAttachment:VolumeAttachment", name: "imera-xmpp1-attachment", outputs: {} },
  { type: "digitalocean:index/volume:Volume", name: "other-data", outputs: {} },
];

describe("lostNodes", () => {
  it("is silent about a node that stays, and about a stack of which nothing was made", () => {
    expect(lostNodes(network, [volume, droplet, ...others])).toEqual([]);
    expect(lostNodes({ ...network, nodes: ["xmpp9"] }, [])).toEqual([]);
  });

  it("lets a node take another key once its volume is gone", () => {
    expect(lostNodes({ ...network, nodes: ["xmpp9"] }, [droplet, ...others])).toEqual([]);
  });

  it.each(["xmpp9", "xmpp", "xmpp1-data"])(
    "refuses xmpp1 to become %s, with the volume and how to set it back",
    (key) => {
      const [line, ...more] = lostNodes({ ...network, nodes: [key] }, [volume, droplet, ...others]);
      expect(more).toEqual([]);
      expect(line).toContain(
        "imera:nodes: xmpp1 is gone from it, and would take its data volume imera-xmpp1-data-1a2b3c4",
      );
      expect(line).toContain(`npm run pulumi -- config set imera:nodes '["xmpp1"]' --stack prod`);
    },
  );
});

describe("domainChange", () => {
  it("is silent while the domain stays, and where there is no droplet", () => {
    expect(domainChange(network, [volume, droplet])).toBeUndefined();
    expect(domainChange({ ...network, domain: "example.net" }, [volume])).toBeUndefined();
  });

  it("says what another domain does to accounts", () => {
    expect(domainChange({ ...network, domain: "example.net" }, [droplet])).toMatch(
      /becomes example\.net, where it was example\.org\. .*nobody can log in/,
    );
  });
});
