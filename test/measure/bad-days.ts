import process from "node:process";
import { messageOf } from "../../host/error.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { execInside, isCommandFailure } from "../../local/incus/exec.ts";
import type { RunningCloud } from "../../local/run/running-cloud.ts";
import { digitaloceanAction, digitaloceanList } from "../network/vendors.ts";
import { operatorCommand } from "../network/outage/operator.ts";
import { deleteDroplet } from "./rebuild.ts";
import { type Measurement, seconds } from "./table.ts";

/** Something that goes wrong on the first boot of a droplet. */
interface BadDay {
  readonly what: string;
  /** Brings it about; runs beside the rebuild, from when the new droplet takes commands. */
  readonly happens: (droplet: Droplet) => Promise<unknown>;
  /** Words of the node's own record of packages that show that it met this; undefined where they need not show it. */
  readonly shows?: RegExp;
}

/** A droplet that boots. */
interface Droplet {
  readonly id: number;
  /** Runs a shell command inside, 60 s at most; rejects when that fails. */
  readonly shell: (command: string) => Promise<string>;
}

const badDays: readonly BadDay[] = [
  {
    what: "another program holds dpkg's lock for 5 min",
    happens: ({ shell }) => shell(`systemd-run --quiet --collect python3 -c '${holdLock(300)}'`),
    shows: /locked by|held by process/,
  },
  {
    what: "the package mirror is dead for 3 min",
    happens: ({ shell }) =>
      shell(
        "cp /etc/hosts /run/hosts && sed -En 's#.*https?://([^/ ]+).*#127.0.0.1 \\1#p' /etc/apt/sources.list " +
          "/etc/apt/sources.list.d/* >> /etc/hosts; systemd-run --quiet --collect sh -c 'sleep 180; cp /run/hosts /etc/hosts'",
      ),
    shows: /Could not connect|Connection refused|Unable to connect/,
  },
  {
    what: "the package mirror delivers half of each package for 3 min",
    happens: ({ shell }) => shell(`systemd-run --quiet --collect python3 -c '${deliverHalf(180)}'`),
    shows: /Undetermined Error|Error reading from server|unexpected size|Connection (closed|reset)/i,
  },
  {
    what: "the droplet loses its power while dpkg unpacks",
    happens: async ({ id, shell }) => {
      await waitUntil({
        what: `dpkg on droplet ${id} to unpack`,
        probe: notYetOn(isCommandFailure, async () => ({ value: await shell("ls /var/lib/dpkg/updates/[0-9]*") })),
        intervalMs: 100,
        timeoutMs: 300_000,
      });
      await digitaloceanAction(`droplets/${id}/actions`, { type: "power_cycle" });
    },
  },
];

/**
 * Measures rebuilds from Debian's image whose new droplet has a bad first boot, of the bad days those that have `text` in their
 * name. Rejects at the end, naming those on which neither the command, nor the same command once more, brought the network back, or
 * which the node never met.
 */
export async function measureBadDays(cloud: RunningCloud, text: string): Promise<Measurement[]> {
  const found: Measurement[] = [];
  const failures: unknown[] = [];
  for (const day of badDays.filter(({ what }) => what.includes(text))) {
    try {
      const measured = await measureBadDay(cloud, day);
      process.stderr.write(`${measured.what}: ${measured.value}\n`);
      found.push(measured);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join("\n\n"));
  return found;
}

async function measureBadDay(cloud: RunningCloud, { what, happens, shows }: BadDay): Promise<Measurement> {
  await deleteDroplet();
  const started = performance.now();
  const bad = newDroplet(cloud).then(async (droplet) => {
    await happens(droplet);
    return droplet;
  });
  const [first, droplet] = await Promise.all([operatorCommand("rebuild", "--yes"), bad]);
  process.stderr.write(first.output);
  const again = first.exitCode === 0 ? undefined : await operatorCommand("rebuild", "--yes");
  if (again !== undefined && again.exitCode !== 0) {
    throw new Error(`${what}: the network is not back:\n${again.output}`);
  }
  const log = await droplet.shell("cat /var/log/imera-packages.log");
  if (shows !== undefined && !shows.test(log)) throw new Error(`${what}: the node did not meet it:\n${log}`);
  return {
    what: `rebuild, volume there, while ${what}`,
    value: `${seconds(performance.now() - started)}, ${again === undefined ? "one command" : "the command given twice"}`,
  };
}

async function newDroplet({ run }: RunningCloud): Promise<Droplet> {
  return waitUntil({
    what: "the new droplet to take commands",
    probe: notYetOn(isCommandFailure, async () => {
      const [droplet] = (await digitaloceanList("droplets")) as { id: number }[];
      if (droplet === undefined) return notYet("there is none");
      const { id } = droplet;
      const shell = (command: string) =>
        execInside(run, `${run.name}-droplet-${id}`, ["sh", "-c", command], { timeoutMs: 60_000 });
      await shell("test -S /run/systemd/private");
      return { value: { id, shell } };
    }),
    intervalMs: 100,
    timeoutMs: 600_000,
  });
}

function holdLock(holdSeconds: number): string {
  return `import fcntl, time; f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(${holdSeconds})`;
}

/** Has apt ask a proxy that cuts each package in the middle. */
function deliverHalf(badSeconds: number): string {
  return `
import http.server, os, threading, urllib.error, urllib.request
class Half(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            answer = urllib.request.urlopen(self.path)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        body = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if self.path.endswith(".deb") else body)
        self.close_connection = True
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Half)
settings = "/etc/apt/apt.conf.d/99-half"
open(settings, "w").write("Acquire::http::Proxy \\"http://127.0.0.1:8099\\";")
threading.Timer(${badSeconds}, lambda: (os.remove(settings), os._exit(0))).start()
server.serve_forever()`;
}
