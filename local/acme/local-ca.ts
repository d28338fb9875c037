import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { execa } from "execa";

/** A certificate with its private key, both in PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The run's own certificate authority: it signs what the local cloud itself serves over TLS. */
export interface LocalCa {
  /** Path of its certificate. */
  readonly certificateFile: string;
  /** Signs a certificate for a server's DNS names (one or more, wildcards too) and its address. */
  issue(server: { readonly names: readonly string[]; readonly ipv4: string }): Promise<ServerCertificate>;
}

/** Opens the authority in `folder`, or makes one there. `title` is its common name. */
export async function openLocalCa(folder: string, title: string): Promise<LocalCa> {
  const key = join(folder, "key.pem");
  const certificateFile = join(folder, "certificate.pem");
  if (!existsSync(certificateFile)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await execa("openssl", [
      ...["req", "-x509", ...newKey, "-keyout", key, "-out", certificateFile, "-days", "3650"],
      ...["-subj", `/CN=${title}`, "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
  }
  return {
    certificateFile,
    issue: ({ names, ipv4 }) => issue(folder, [...signedBy(certificateFile, key), ...subject(names, ipv4)]),
  };
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function signedBy(certificate: string, key: string): string[] {
  return ["-CA", certificate, "-CAkey", key, "-days", "825"];
}

function subject(names: readonly string[], ipv4: string): string[] {
  const extensions = [
    `subjectAltName=${[...names.map((name) => `DNS:${name}`), `IP:${ipv4}`].join(",")}`,
    "basicConstraints=critical,CA:FALSE",
    "extendedKeyUsage=serverAuth",
  ];
  return ["-subj", `/CN=${names[0] ?? ipv4}`, ...extensions.flatMap((extension) => ["-addext", extension])];
}

async function issue(folder: string, options: readonly string[]): Promise<ServerCertificate> {
  const key = join(folder, "server-key.pem");
  await writeFile(key, "", { mode: 0o600 });
  try {
    const { stdout } = await execa("openssl", ["req", "-x509", ...newKey, "-keyout", key, ...options]);
    return { certificate: stdout, privateKey: await readFile(key, "utf8") };
  } finally {
    await rm(key, { force: true });
  }
}
