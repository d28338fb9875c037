import { once } from "node:events";
import { connect } from "node:tls";
import type { Cloud } from "../cloud.ts";

/** SHA-256 fingerprint of the certificate that a node serves for the domain on 5223, verified against the ACME root. */
export async function servedCertificate({ status, trustedRoots }: Cloud, address: string): Promise<string> {
  const socket = connect({ host: address, port: 5223, servername: status.domain, ca: trustedRoots });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(10_000) });
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
