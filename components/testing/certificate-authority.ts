import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { serveFolder } from "./serve-folder.ts";

/** Certificate authority in a folder, with an ACME directory over HTTP that offers renewal information only (RFC 9773). */
export interface CertificateAuthority {
  /** URL of the directory. */
  readonly directory: string;
  /** Absolute path of the shell script that signs: `sh SCRIPT FOLDER DAYS NAME…` makes `cert.pem`, `chain.pem`, `privkey.pem`. */
  readonly issue: string;
  /** Says to whoever asks about a certificate issued so far that it ought to have been replaced, as of a revoked one. */
  revokeAll(): void;
  /** Knows none of the certificates any more. */
  forgetAll(): void;
}

/** Makes an authority with a root and an intermediate, by openssl. It is gone at the end of the current test. */
export async function certificateAuthority(): Promise<CertificateAuthority> {
  const folder = temporaryFolder("authority");
  mkdirSync(join(folder, "web/info"), { recursive: true });
  writeFileSync(join(folder, "issue"), issue(folder));
  sh(folder, authority);
  const port = await serveFolder(join(folder, "web"));
  const directory = `http://127.0.0.1:${port}/dir`;
  writeFileSync(join(folder, "web/dir"), JSON.stringify({ renewalInfo: `http://127.0.0.1:${port}/info` }));
  writeFileSync(join(folder, "window"), suggestedWindow(30));
  return {
    directory,
    issue: join(folder, "issue"),
    forgetAll: () => sh(folder, "rm web/info/*"),
    revokeAll: () => {
      writeFileSync(join(folder, "past"), suggestedWindow(-1));
      sh(folder, 'for file in web/info/*; do cp past "$file"; done');
    },
  };
}

function suggestedWindow(days: number): string {
  const at = (hours: number) => new Date(Date.now() + days * 86_400_000 + hours * 3_600_000).toISOString();
  return JSON.stringify({ suggestedWindow: { start: at(0), end: at(1) }, explanationURL: "https://ca.example/why" });
}

const authority = `
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key root.key && key middle.key
openssl req -x509 -new -key root.key -subj /CN=root -days 3650 -out root.pem
openssl req -new -key middle.key -subj /CN=middle |
  openssl x509 -req -CA root.pem -CAkey root.key -days 3650 -extfile extensions -extensions middle -out middle.pem`;

function sh(folder: string, script: string): void {
  writeFileSync(join(folder, "extensions"), "[middle]\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n");
  const { status, stderr } = spawnSync("sh", ["-e", "-c", script], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** The file with the certificate's renewal information has the name that RFC 9773, section 4.1, gives it. */
function issue(folder: string): string {
  return `set -e
to=$1 days=$2; shift 2
names=$(for name in "$@"; do printf ',DNS:%s' "$name"; done)
printf 'subjectAltName=%s\\nauthorityKeyIdentifier=keyid\\nsubjectKeyIdentifier=hash\\n' "\${names#,}" >"$to/extensions"
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$to/privkey.pem"
openssl req -new -key "$to/privkey.pem" -subj "/CN=$1" -out "$to/request"
openssl x509 -req -in "$to/request" -CA ${folder}/middle.pem -CAkey ${folder}/middle.key -days "$days" -extfile "$to/extensions" -out "$to/cert.pem" 2>/dev/null
cp ${folder}/middle.pem "$to/chain.pem"
rm "$to/extensions" "$to/request"
cp ${folder}/window "${folder}/web/info/$(python3 - "$to/cert.pem" <<'END'
import base64, subprocess, sys
def hexadecimal(option, extension=()):
    shown = subprocess.run(["openssl", "x509", "-noout", option, *extension, "-in", sys.argv[1]], capture_output=True, text=True).stdout
    return bytes.fromhex(shown.splitlines()[-1].replace("serial=", "").replace("keyid:", "").replace(":", "").strip())
serial = hexadecimal("-serial")
parts = hexadecimal("-ext", ("authorityKeyIdentifier",)), (b"\\0" if serial[0] > 127 else b"") + serial
print(".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts))
END
)"
`;
}

/** Gives the SHA-256 fingerprint of the first certificate in a file of PEM, in openssl's words. */
export function fingerprint(path: string): string {
  const { stdout } = spawnSync("openssl", ["x509", "-noout", "-fingerprint", "-sha256"], {
    encoding: "utf8",
    input: readFileSync(path),
  });
  return stdout.trim();
}
