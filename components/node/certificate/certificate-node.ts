import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeRoot, type NodeRoot, type Result } from "../../testing/node-root.ts";
import { type DnsProvider, dnsProvider } from "../../testing/dns-provider.ts";
import { certificateAuthority, type CertificateAuthority, fingerprint } from "../../testing/certificate-authority.ts";

/** Node in a temporary folder that has ordered its first certificate, from an authority of the test's own. */
export interface CertificateNode extends NodeRoot {
  readonly authority: CertificateAuthority;
  readonly dns: DnsProvider;
  /** Looks after the certificate, as the step of `converge` and the timers do. */
  renew(): Result;
  /** Number of orders since the first one. */
  orders(): number;
  /** Names of what ejabberd would load. */
  served(): readonly string[];
  /** Fingerprint of what ejabberd has under the domain's name. */
  certificate(): string;
  /**
   * Runs shell scripts in the folder of certbot's files, and looks after the certificate twice after each, in one process. Gives
   * what was done then, both times.
   */
  afterEach(scripts: readonly string[]): readonly (readonly [string, string, Found])[];
  /** Lists what a shell's pattern stands for in the folder of certbot's files. */
  list(pattern: string): readonly string[];
  /** Runs a shell script in the folder of certbot's files. */
  damage(script: string): void;
}

/** Names of lineages and of what ejabberd would load, and what it would serve, as fingerprint. */
export interface Found {
  readonly lineages: readonly string[];
  readonly served: readonly string[];
  readonly certificate: string;
}

/** Domain of {@link certificateNode}. */
export const domain = "im.example.org";

/** Makes such a node. It is gone at the end of the current test. */
export async function certificateNode(): Promise<CertificateNode> {
  const [authority, dns] = await Promise.all([certificateAuthority(), dnsProvider()]);
  const node = nodeRoot({
    domain,
    contact: "ops@example.org",
    certificateNames: [domain, `upload.${domain}`],
    acmeDirectoryUrl: authority.directory,
    cloudflareApiUrl: dns.url,
    dnsPropagationSeconds: 1,
  });
  node.write("/etc/imera/secrets.json", JSON.stringify({ cloudflareToken: "token" }));
  node.fake("systemctl", "echo active");
  const certbot = readFileSync(new URL("fake-certbot.sh", import.meta.url), "utf8");
  node.fake("certbot", `ROOT=${node.path} ISSUE=${authority.issue}\n${certbot}`);
  const renew = () => node.run("usr/local/sbin/imera-certificate", { arguments: ["renew"] });
  const all = () => node.calls().match(/^certbot certonly/gm)?.length ?? 0;
  const first = renew();
  if (first.status !== 0) throw new Error(first.stderr);
  const certs = node.place("/etc/ejabberd/certs");
  const cwd = node.place("/srv/imera/letsencrypt");
  return {
    ...node,
    authority,
    dns,
    renew,
    orders: () => all() - 1,
    served: () => readdirSync(certs).filter((name) => name.endsWith(".pem")),
    certificate: () => fingerprint(join(certs, `${domain}.pem`)),
    afterEach: (scripts) => node.python(loop(scripts)) as [string, string, Found][],
    list: (pattern) =>
      spawnSync("sh", ["-c", `ls -d ${pattern}`], { cwd, encoding: "utf8" })
        .stdout.trim()
        .split("\n"),
    damage: (script) => {
      const { status, stderr } = spawnSync("sh", ["-e", "-c", script], { cwd, encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    },
  };
}

function loop(scripts: readonly string[]): string {
  return `
import os, subprocess
from certificate import place, served, settle
found = []
for script in json.loads(${JSON.stringify(JSON.stringify(scripts))}):
    subprocess.run(["sh", "-e", "-c", script], cwd=place.CONFIG, check=True)
    texts = [settle.settle().text for _ in range(2)]
    fingerprint = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", served.file()], capture_output=True, text=True)
    found.append([*texts, {
        "lineages": os.listdir(place.CONFIG / "live"),
        "served": [name for name in os.listdir(served.FOLDER) if name.endswith(".pem")],
        "certificate": fingerprint.stdout.strip(),
    }])
print(json.dumps(found))`;
}
