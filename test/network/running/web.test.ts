import { beforeAll, describe, expect, it } from "vitest";
import { type Cloud, runningCloud } from "../cloud.ts";
import { httpsRequest } from "../https-request.ts";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await runningCloud();
});

/** Link of host-meta.json with this relation (XEP-0156). */
async function link(relation: string): Promise<string> {
  const url = `https://${cloud.status.domain}/.well-known/host-meta.json`;
  const { body } = await httpsRequest(cloud, url);
  const { links } = JSON.parse(body) as { links: { rel: string; href: string }[] };
  return links.find(({ rel }) => rel === `urn:xmpp:alt-connections:${relation}`)?.href ?? "";
}

describe("host-meta", () => {
  it.each(["host-meta", "host-meta.json"])(
    "%s names WebSocket and BOSH and may be read by any web page",
    async (file) => {
      const answer = await httpsRequest(cloud, `https://${cloud.status.domain}/.well-known/${file}`);
      expect(answer.status).toBe(200);
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
      expect(answer.body).toContain("urn:xmpp:alt-connections:websocket");
      expect(answer.body).toContain("urn:xmpp:alt-connections:xbosh");
    },
  );
});

describe("BOSH", () => {
  it("opens a session where host-meta says", async () => {
    const body =
      `<body xmlns='http://jabber.org/protocol/httpbind' to='${cloud.status.domain}' rid='4711' wait='5' hold='1' ` +
      `ver='1.6' xml:lang='en' xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'/>`;
    const answer = await httpsRequest(cloud, await link("xbosh"), {
      method: "POST",
      headers: { "content-type": "text/xml; charset=utf-8" },
      body,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/ sid=['"][^'"]+/);
  });
});

describe("WebSocket", () => {
  it("speaks the subprotocol xmpp where host-meta says", async () => {
    const answer = await httpsRequest(cloud, (await link("websocket")).replace(/^wss:/, "https:"), {
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "sec-websocket-protocol": "xmpp",
      },
    });
    expect(answer.status).toBe(101);
    expect(answer.headers["sec-websocket-protocol"]).toBe("xmpp");
  });
});

describe("uploads", () => {
  it("answer at their own host", async () => {
    const answer = await httpsRequest(cloud, `https://upload.${cloud.status.domain}/upload/user/slot/name`);
    expect(answer.status).toBe(404);
  });

  it("let a web page of any origin put a file", async () => {
    const answer = await httpsRequest(cloud, `https://upload.${cloud.status.domain}/upload/user/slot/name`, {
      method: "OPTIONS",
      headers: { origin: "https://chat.example.org", "access-control-request-method": "PUT" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(answer.headers["access-control-allow-methods"]).toContain("PUT");
  });
});
