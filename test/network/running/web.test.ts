import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { readFile } from "node:fs/promises";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import type { UploadAnswer } from "../clients/upload-files.ts";
import { type Cloud, firstNode, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";
import { ask } from "../outage/client-program.ts";
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

describe("a request for a host that is not served", () => {
  const crashes = () => onFirstNode("sh", "-c", "cat /var/log/ejabberd/*.log | grep -ci crash || true");

  it.each(["host-meta", "host-meta.json"])("finds no %s, and leaves no crash in the log", async (file) => {
    const before = await crashes();
    const { domain } = cloud.status;
    for (const host of [`conference.${domain}`, "nowhere.example", firstNode(cloud).publicIpv4, "[::1]"]) {
      const { status } = await httpsRequest(cloud, `https://${domain}/.well-known/${file}`, { headers: { host } });
      expect([host, status]).toEqual([host, 404]);
    }
    expect(await crashes()).toBe(before);
  });

  it("leaves no name in the server, which forgets none", async () => {
    const { domain } = cloud.status;
    const [unknown, path] = [`h${randomBytes(4).toString("hex")}.example`, `p${randomBytes(4).toString("hex")}`];
    for (const host of [unknown, `upload.${domain}`]) {
      const url = `https://upload.${domain}/upload/${path}/user/slot/name`;
      expect((await httpsRequest(cloud, url, { headers: { host } })).status).toBe(404);
      const name = `mod_http_upload_${host}/upload/${path}`;
      const known = `ejabberd.erl_call('element(1, catch {binary_to_existing_atom(<<"${name}">>)}).\\n')`;
      const python = `import sys; sys.path.insert(0, "/usr/local/lib/imera"); from node import ejabberd; print(${known})`;
      expect(await onFirstNode("python3", "-B", "-c", python)).toMatch("{ok, 'EXIT'}");
    }
  });
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

  describe("of every kind", () => {
    const types = {
      "voice.opus": "audio/ogg",
      "voice.m4a": "audio/mp4",
      "CLIP.MOV": "video/quicktime",
      "film.webm": "video/webm",
      "photo.heic": "image/heic",
      "photo.avif": "image/avif",
      "letter.odt": "application/vnd.oasis.opendocument.text",
      "what.is-this": "application/octet-stream",
    };
    let answers: readonly UploadAnswer[];
    beforeAll(async () => {
      const { jid, passwordFile } = adminAccount(cloud);
      const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
      await using machine = await clientMachine(cloud);
      const order = { login, domain: cloud.status.domain, names: Object.keys(types) };
      answers = (await ask(machine, "upload-files.ts", order)) as UploadAnswer[];
    });

    it("are served with their media types", () => {
      const served = answers.filter(({ what }) => what === "get").map(({ name, type }) => [name, type]);
      expect(Object.fromEntries(served)).toEqual(types);
    });

    it("answer so that a web page can read the answer, also where it is a refusal", () => {
      expect([...new Set(answers.map(({ what, status }) => `${what} ${status}`))].toSorted()).toEqual([
        "get 200",
        "get of nothing 404",
        "options 200",
        "put 201",
        "put again 403",
        "put of another size 413",
      ]);
      expect(answers.filter(({ origin }) => origin !== "*")).toEqual([]);
    });
  });
});
