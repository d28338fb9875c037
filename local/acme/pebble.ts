import { readFile, writeFile } from "node:fs/promises";
import { Agent, get } from "node:https";
import { text } from "node:stream/consumers";

import type { Incus } from "../incus/client.ts";
import { trustFile } from "../incus/platform-trust.ts";
import { launchServiceContainer } from "../incus/service-container.ts";
import type { Run } from "../run/run.ts";
import { isUnreachable } from "../../host/error.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import { openLocalCa } from "./local-ca.ts";

/** Host name of the ACME server, which the local cloud's DNS answers. */
export const acmeHostName = "acme.local-cloud.test";
const acmePort = 14000;
const managementPort = 15000;

/** URL of the ACME server's directory, where clients start (RFC 8555, section 7.1.1). */
export const acmeDirectoryUrl = `https://${acmeHostName}:${acmePort}/dir`;

/** Returns the ACME server's address: the first of the run's service addresses. */
export function acmeIpv4(run: Run): string {
  return run.addresses.serviceIpv4.first;
}

/**
 * Starts Pebble, Let's Encrypt's test server, in a container of its own and resolves when it answers; its root is then among
 * what the platform trusts. `executable` is Pebble's path on this machine. It validates over the local cloud's DNS. What it has
 * issued is trusted as long as it runs: a restart makes a new root. As Let's Encrypt's, its certificates are for servers only.
 */
export async function startPebble(run: Run, incus: Incus, executable: string): Promise<void> {
  const ca = await openLocalCa(run.files.localCa, `Local cloud ${run.number}`);
  const { certificate, privateKey } = await ca.issue({ names: [acmeHostName], ipv4: acmeIpv4(run) });
  const files = [
    { path: program, mode: "0755", content: await readFile(executable) },
    { path: `${folder}/certificate.pem`, mode: "0644", content: certificate },
    { path: `${folder}/key.pem`, mode: "0600", content: privateKey },
    { path: `${folder}/config.json`, mode: "0644", content: JSON.stringify(configuration) },
    { path: `/etc/systemd/system/${unit}`, mode: "0644", content: unitFile(run) },
    // What `systemctl enable` would make.
    { path: `/etc/systemd/system/multi-user.target.d/acme.conf`, mode: "0644", content: `[Unit]\nWants=${unit}\n` },
  ];
  await launchServiceContainer(run, incus, { name: "acme", ipv4: acmeIpv4(run), packages: [], files });
  const root = await waitUntil({
    what: "the ACME server to answer",
    // Nobody answers before the container has booted and Pebble has started.
    probe: notYetOn(isUnreachable, async (signal) => ({ value: await fetchRoot(run, signal) })),
    intervalMs: 100,
    timeoutMs: 60_000,
    lookTimeoutMs: 5000,
  });
  await writeFile(trustFile(run, "acme-root"), root, { mode: 0o644 });
}

const unit = "acme-server.service";
const folder = "/etc/acme-server";
const program = "/usr/local/bin/pebble";

const ninetyDaysSeconds = 90 * 24 * 60 * 60;

const configuration = {
  pebble: {
    listenAddress: `0.0.0.0:${acmePort}`,
    managementListenAddress: `0.0.0.0:${managementPort}`,
    certificate: `${folder}/certificate.pem`,
    privateKey: `${folder}/key.pem`,
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    profiles: { classic: { description: "as Let's Encrypt's own", validityPeriod: ninetyDaysSeconds } },
  },
};

/**
 * Makes Pebble's systemd unit. PEBBLE_VA_NOSLEEP takes up to 15 s of waiting out of each validation. Pebble's rejection of some good
 * nonces stays on, since clients must cope with that.
 */
function unitFile(run: Run): string {
  return `[Unit]
Description=ACME server of the local cloud

[Service]
Environment=PEBBLE_VA_NOSLEEP=1
ExecStart=${program} -config ${folder}/config.json -dnsserver ${run.addresses.cloudIpv4}:53

[Install]
WantedBy=multi-user.target
`;
}

async function fetchRoot(run: Run, signal: AbortSignal): Promise<string> {
  const ca = await readFile(trustFile(run, "local-ca"));
  const url = `https://${acmeIpv4(run)}:${managementPort}/roots/0`;
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: new Agent({ ca }), signal }, (response) => {
      if (response.statusCode === 200) text(response).then(resolve, reject);
      else reject(new Error(`${url} answered ${response.statusCode ?? 0}`));
    });
    request.on("error", reject);
  });
}
