import type { CloudInitInput } from "../node/cloud-init.ts";
import type { EjabberdInput } from "../ejabberd/config.ts";
import { firstBootFiles, staticFiles } from "../node/files.ts";
import { services } from "../model/services.ts";

/** Addresses from the ranges that are kept for documentation. */
export const addresses = {
  publicIpv4: "203.0.113.10",
  publicIpv6: "2001:db8::10",
  privateIpv4: "10.110.0.2",
  serviceIpv4: "203.0.113.220",
} as const;

/** Makes an input of ejabberd's configuration, with the usual settings. */
export function ejabberdInput(): EjabberdInput {
  return {
    settings: {
      domain: "example.org",
      adminUser: "admin",
      contact: "ops@example.org",
      spamProtection: true,
      uploadMaxFileMiB: 100,
      uploadQuotaMiB: 1000,
      uploadKeepDays: 90,
      archiveKeepDays: 365,
      archiveQuotaMiB: 500,
      sendQuotaMiB: 100,
    },
    addresses,
    services: services({ turnRelayPorts: { first: 49_152, last: 49_407 } }),
  };
}

/** Makes an input of user data, with the real files. */
export function cloudInitInput(): CloudInitInput {
  return {
    firstContactPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nthrow-away\n-----END OPENSSH PRIVATE KEY-----\n",
    firstContactPort: { first: 2222, last: 2222 },
    files: firstBootFiles(staticFiles()),
    installsServer: true,
  };
}
