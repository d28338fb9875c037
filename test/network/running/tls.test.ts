import { createServer, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import {
  certificateNames,
  domainHosts,
  serviceNamed,
  services,
  type ServiceName,
} from "../../../components/model/services.ts";
import { type Cloud, firstNode, lookUpService, runningCloud } from "../cloud.ts";
import { probeDirectTls, probeStarttls, tlsHandshake } from "../xmpp-tls.ts";
import { selfSigned } from "../self-signed.ts";

const model = services({ turnRelayPorts: { first: 49152, last: 49252 } });
const xmppServices = ["c2s", "c2s-direct-tls", "s2s", "s2s-direct-tls"] as const satisfies readonly ServiceName[];

let cloud: Cloud;
beforeAll(async () => {
  cloud = await runningCloud();
});

describe.each(xmppServices)("%s from outside", (name) => {
  const service = serviceNamed(model, name);
  const probe = service.tls === "starttls" ? probeStarttls : probeDirectTls;
  const kind = name.startsWith("c2s") ? "client" : "server";

  it.each(service.srv.flatMap((family) => family.owners.map((owner) => ({ label: family.label, owner }))))(
    "$label of $owner leads to a certificate for that name from the ACME root",
    async ({ label, owner }) => {
      const domain = domainHosts(cloud.status.domain)[owner];
      const target = await lookUpService(cloud, label, domain);
      expect(target.port).toBe(service.ports.first);
      const facts = await probe({ ...target, domain, kind }, { ca: cloud.trustedRoots });
      expect(facts.protocol).toMatch(/^TLSv1\.[23]$/);
      expect(facts.names.toSorted()).toEqual([...certificateNames(cloud.status.domain, model)].toSorted());
    },
  );

  it("does not show the certificate to one who trusts another root", async () => {
    const domain = cloud.status.domain;
    const target = await lookUpService(cloud, service.srv[0]?.label ?? "");
    const { certificate } = await selfSigned("another root");
    await expect(probe({ ...target, domain, kind }, { ca: certificate })).rejects.toThrow(/certificate/);
  });
});

describe("login mechanisms", () => {
  it("are offered only after TLS", async () => {
    const target = await lookUpService(cloud, "_xmpp-client._tcp");
    const facts = await probeStarttls(
      { ...target, domain: cloud.status.domain, kind: "client" },
      { ca: cloud.trustedRoots },
    );
    expect(facts.answer).toContain("SCRAM-SHA-256");
  });
});

describe("TLS older than 1.2", () => {
  const old = {
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT:@SECLEVEL=0",
    rejectUnauthorized: false,
  } as const;

  it("can be spoken by this probe", async () => {
    const { certificate, key } = await selfSigned("old.test");
    const server = createServer({ ...old, cert: certificate, key }, (socket: TLSSocket) => socket.resume());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    try {
      expect(await tlsHandshake("127.0.0.1", port, old)).toBe("TLSv1.1");
    } finally {
      server.close();
    }
  });

  it.each([5223, 5270, 443])("is refused on %i", async (port) => {
    const { publicIpv4 } = firstNode(cloud);
    const options = { ...old, servername: cloud.status.domain };
    await expect(tlsHandshake(publicIpv4, port, options)).rejects.toThrow(/protocol version|unsupported protocol/i);
  });

  it.each([
    ["_xmpp-client._tcp", "client"],
    ["_xmpp-server._tcp", "server"],
  ] as const)("is refused after STARTTLS by %s", async (label, kind) => {
    const target = await lookUpService(cloud, label);
    const attempt = probeStarttls({ ...target, domain: cloud.status.domain, kind }, old);
    await expect(attempt).rejects.toThrow(/protocol version|unsupported protocol/i);
  });
});
