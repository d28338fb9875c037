import { createIncus } from "../../../local/incus/client.ts";
import { execInside } from "../../../local/incus/exec.ts";
import { deleteServiceContainer, launchServiceContainer } from "../../../local/incus/service-container.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { waitUntil, notYet } from "../../../host/wait-until.ts";
import { testRunNumber } from "../cloud.ts";
import { serverAddresses } from "../server-addresses.ts";

/** ntfy, which Debian packages, as somebody's phone reads it. Disposing it removes the server. */
export interface Ntfy extends AsyncDisposable {
  /** Base address. */
  readonly url: string;
  /** Reads what a topic has, oldest first. */
  messages(topic: string): Promise<readonly NtfyMessage[]>;
}

/** Message of a topic. `time` is in seconds since 1970, and whole. */
export interface NtfyMessage {
  readonly time: number;
  readonly title?: string;
  readonly message: string;
  readonly priority?: number;
}

/** Starts ntfy in the local cloud under test. */
export async function startNtfy(): Promise<Ntfy> {
  const run = runNumbered(Number(testRunNumber()));
  const incus = createIncus(run.files.incus);
  const ipv4 = serverAddresses(run).ntfy;
  const url = `http://${ipv4}:8080`;
  const instance = await launchServiceContainer(run, incus, { name: "ntfy", ipv4, packages: ["ntfy"] });
  const settings = `base-url: ${url}\nlisten-http: ":8080"\n`;
  await execInside(
    run,
    instance,
    ["sh", "-c", `printf '${settings}' >/etc/ntfy/server.yml && systemctl enable --now ntfy && systemctl restart ntfy`],
    { timeoutMs: 30_000 },
  );
  await waitUntil({
    what: "ntfy",
    probe: async () => ((await answers(url)) ? { value: true } : notYet("closed")),
    intervalMs: 200,
    timeoutMs: 30_000,
  });
  return {
    url,
    messages: async (topic) => {
      const response = await fetch(`${url}/${topic}/json?poll=1&since=all`);
      const lines = (await response.text()).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as NtfyMessage);
    },
    [Symbol.asyncDispose]: () => deleteServiceContainer(run, incus, "ntfy"),
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/v1/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}
