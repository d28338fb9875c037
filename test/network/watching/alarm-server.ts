import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { openLocalCa } from "../../../local/acme/local-ca.ts";
import { createIncus } from "../../../local/incus/client.ts";
import { execInside, writeInside } from "../../../local/incus/exec.ts";
import { deleteServiceContainer, launchServiceContainer } from "../../../local/incus/service-container.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { repositoryRoot } from "../../runner/repository.ts";
import { testRunNumber } from "../cloud.ts";
import { serverAddresses } from "../server-addresses.ts";

/**
 * Server by which alarms reach somebody: ntfy and OpenSMTPD, as Debian packages them, and a web server that keeps what is posted
 * to it. Disposing it removes the server.
 */
export interface AlarmServer extends AsyncDisposable {
  readonly ipv4: string;
  /** Base address of ntfy, with a certificate that the network's machines trust. */
  readonly ntfyUrl: string;
  /** Base address of ntfy for whoever reads. */
  readonly ntfyReadUrl: string;
  /** Base address of the web server. */
  readonly postsUrl: string;
  /** Submission by STARTTLS. */
  readonly smtp: { readonly port: number; readonly user: string; readonly password: string };
  /** Reads what the web server was asked for, oldest first. */
  posts(): Promise<readonly Post[]>;
  /** Reads all mail, headers and all, oldest first. */
  mails(): Promise<readonly string[]>;
  /** Runs a command as root on the server; rejects when it fails. */
  inside(...command: string[]): Promise<string>;
}

/** Request that the web server got. `at` is in seconds since 1970; names of headers are in lower case. */
export interface Post {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ports = { read: 8080, ntfy: 8443, posts: 9443, smtp: 2525 } as const;
const folder = "/etc/alarms";

/** Starts the server in the local cloud under test. */
export async function startAlarmServer(): Promise<AlarmServer> {
  const run = runNumbered(Number(testRunNumber()));
  const incus = createIncus(run.files.incus);
  const ipv4 = serverAddresses(run).alarms;
  const password = randomBytes(16).toString("hex");
  const files = await serverFiles(run.files.localCa, ipv4, password);
  const instance = await launchServiceContainer(run, incus, { name: "alarms", ipv4, packages: ["ntfy", "opensmtpd"] });
  const inside = (...command: string[]) => execInside(run, instance, command, { timeoutMs: 60_000 });
  await inside("mkdir", "-p", folder);
  for (const file of files) await writeInside(run, instance, file);
  await inside("sh", "-ec", start);
  const ntfyReadUrl = `http://${ipv4}:${ports.read}`;
  await answering(`${ntfyReadUrl}/v1/health`);
  return {
    ipv4,
    ntfyUrl: `https://${ipv4}:${ports.ntfy}`,
    ntfyReadUrl,
    postsUrl: `https://${ipv4}:${ports.posts}`,
    smtp: { port: ports.smtp, user: "watch", password },
    posts: async () => (await lines(inside)).map((line) => JSON.parse(line) as Post),
    mails: async () => {
      const all = await inside("sh", "-c", "for mail in $(ls -tr /srv/mail/new/*); do cat $mail; printf '\\f'; done");
      return all.split("\f").slice(0, -1);
    },
    inside,
    [Symbol.asyncDispose]: () => deleteServiceContainer(run, incus, "alarms"),
  };
}

const start = `
install -d -o mail -g mail /srv/mail
systemctl restart ntfy opensmtpd
systemd-run --quiet --unit posts python3 -B ${folder}/receive_posts.py ${ports.posts} ${folder}
`;

async function lines(inside: AlarmServer["inside"]): Promise<string[]> {
  return (await inside("sh", "-c", "cat /run/posts.jsonl 2>/dev/null || true"))
    .split("\n")
    .filter((line) => line !== "");
}

async function serverFiles(caFolder: string, ipv4: string, password: string) {
  const ca = await openLocalCa(caFolder, "unused");
  const { certificate, privateKey } = await ca.issue({ names: ["alarms.test"], ipv4 });
  const { stdout: hash } = await execa("openssl", ["passwd", "-6", "-stdin"], { input: password });
  const program = await readFile(path.join(repositoryRoot, "test/network/watching/receive_posts.py"), "utf8");
  const [key, chain] = [`${folder}/server-key.pem`, `${folder}/server.pem`];
  const secret = { mode: "0600" };
  const plain = { mode: "0644" };
  return [
    { ...plain, path: chain, content: certificate },
    { ...secret, path: key, content: privateKey },
    // ntfy runs as nobody in particular, and OpenSMTPD takes no key that others may read.
    { ...plain, path: `${folder}/ntfy-key.pem`, content: privateKey },
    { ...secret, path: `${folder}/passwords`, content: `watch ${hash}\n` },
    { ...plain, path: `${folder}/receive_posts.py`, content: program },
    {
      ...plain,
      path: "/etc/ntfy/server.yml",
      content: `base-url: https://${ipv4}:${ports.ntfy}
listen-http: ":${ports.read}"
listen-https: ":${ports.ntfy}"
cert-file: ${chain}
key-file: ${folder}/ntfy-key.pem
`,
    },
    {
      ...plain,
      path: "/etc/smtpd.conf",
      content: `pki alarms.test cert "${chain}"
pki alarms.test key "${key}"
table passwords file:${folder}/passwords
table everybody { "@" = "mail" }
listen on ${ipv4} port ${ports.smtp} tls-require pki alarms.test auth <passwords>
action "keep" maildir "/srv/mail" virtual <everybody>
match auth from any for any action "keep"
`,
    },
  ];
}

function answering(url: string): Promise<unknown> {
  return waitUntil({
    what: url,
    probe: async () => {
      const answers = await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
      return answers ? { value: true } : notYet("closed");
    },
    intervalMs: 200,
    timeoutMs: 30_000,
  });
}

/** Joins the lines of a mail that quoted-printable and its headers have folded. */
export function unfolded(mail: string): string {
  return mail.replaceAll("\r", "").replaceAll(/=\n|\n(?=[ \t])/g, "");
}
