import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A key and a certificate that signs itself, both in PEM, valid for one day. */
export async function selfSigned(name: string): Promise<{ readonly certificate: string; readonly key: string }> {
  const directory = await mkdtemp(join(tmpdir(), "imera-self-signed-"));
  try {
    const keyFile = join(directory, "key.pem");
    const certificateFile = join(directory, "certificate.pem");
    const subject = ["-subj", `/CN=${name}`, "-days", "1"];
    const output = ["-keyout", keyFile, "-out", certificateFile];
    await execa("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-noenc", ...subject, ...output]);
    return { certificate: await readFile(certificateFile, "utf8"), key: await readFile(keyFile, "utf8") };
  } finally {
    await rm(directory, { recursive: true });
  }
}
