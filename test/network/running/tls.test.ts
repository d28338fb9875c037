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
import { probeDirectTls, probeStarttls, tlsHandshake } from "../../../scripts/probes/xmpp-tls.ts";
import { onFirstNode } from "../first-node.ts";
import { servedCertificate } from "../outage/served-certificate.ts";
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
      expect(await tlsHandshake("127.0.0.1", port, old)).toMatchObject({ protocol: "TLSv1.1" });
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

describe("the certificate on the node", () => {
  const sh = (script: string) => onFirstNode("sh", "-ec", script);
  const served = async () => {
    const { address } = await lookUpService(cloud, "_xmpps-client._tcp");
    return servedCertificate(cloud, address);
  };
  const files = "ls /etc/ejabberd/certs /etc/letsencrypt/live /etc/letsencrypt/renewal";

  it("stays what it is, by no order, whatever half state certbot is in", async () => {
    const { domain } = cloud.status;
    const [before, certificate] = [await sh(files), await served()];
    const copy = `cp -r archive/${domain} archive/${domain}-0001; cp /etc/ejabberd/certs/${domain}.pem /etc/ejabberd/certs/old.pem`;
    await sh(
      `cd /etc/letsencrypt; : >renewal/${domain}.conf; : >archive/${domain}/privkey1.pem; rm -r accounts; ${copy}`,
    );
    await sh("systemctl reload ejabberd; /usr/local/lib/imera/steps/60-certificate");
    const again = await sh("/usr/local/lib/imera/steps/60-certificate; certbot renew --no-random-sleep-on-renew 2>&1");
    expect(again).toMatch(/^certificate: valid until \S+$/m);
    expect(again).toMatch(/not yet due|not due for renewal/);
    expect([await sh(files), await served()]).toEqual([before, certificate]);
  });

  it("is replaced by certbot's timer where it was revoked", async () => {
    const before = await served();
    const files = `/etc/letsencrypt/live/${cloud.status.domain}`;
    const revoke = `certbot revoke --non-interactive --no-delete-after-revoke --reason keycompromise`;
    const server = "$(jq -r .acmeDirectoryUrl /etc/imera/node.json)";
    await sh(`${revoke} --cert-path ${files}/cert.pem --key-path ${files}/privkey.pem --server ${server} 2>&1`);
    await sh("systemctl start certbot.service");
    expect(await served()).not.toBe(before);
    expect(await sh("/usr/local/sbin/imera-certificate renew")).toMatch(/^certificate: valid until/);
  });
});
