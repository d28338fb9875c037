import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";

import { z } from "zod";

import type { LocalCa, ServerCertificate } from "../acme/local-ca.ts";
import type { Run } from "../run/run.ts";
import { storeCertificateNames } from "./hosts.ts";

/** Issues the object stores' certificate, for the names of all their buckets, and keeps it in the run's folder; one that is there stays. */
export async function makeObjectStoreCertificate(run: Run, ca: LocalCa): Promise<void> {
  if (existsSync(run.files.objectsTls)) return;
  const certificate = await ca.issue({ names: storeCertificateNames, ipv4: run.addresses.cloudIpv4 });
  await writeFile(run.files.objectsTls, JSON.stringify(certificate), { mode: 0o600 });
}

/** Reads the object stores' certificate and key from the run's folder. Rejects when {@link makeObjectStoreCertificate} has not run. */
export async function readObjectStoreCertificate(run: Run): Promise<ServerCertificate> {
  return tlsFile.parse(JSON.parse(await readFile(run.files.objectsTls, "utf8")));
}

const tlsFile = z.strictObject({ certificate: z.string(), privateKey: z.string() });
