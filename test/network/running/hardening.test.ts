import { beforeAll, describe, expect, it } from "vitest";
import { configuredServices } from "../../../components/model/services.ts";
import { settingsSchema } from "../../../components/settings/schema.ts";
import { onFirstNode } from "../first-node.ts";

const relay = settingsSchema.pick({ turnRelayFirstPort: true, turnRelayLastPort: true }).parse({});
const offered = configuredServices(relay);

interface Listener {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

async function listeners(): Promise<readonly Listener[]> {
  const lines = (await onFirstNode("ss", "--no-header", "--tcp", "--udp", "--listening", "--numeric"))
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [transport = "", , , , local = ""] = line.trim().split(/\s+/);
    const colon = local.lastIndexOf(":");
    const address = local
      .slice(0, colon)
      .replace(/%.*/, "")
      .replace(/^\[::ffff:(.*)\]$/, "$1");
    return { transport, address, port: Number(local.slice(colon + 1)) };
  });
}

it("nothing listens on the node that the service model does not have, but for neighbours on loopback", async () => {
  const isOffered = ({ transport, port }: Listener) =>
    offered.some(
      ({ name, transports, ports }) =>
        name !== "first-contact" &&
        transports.some((each) => each === transport) &&
        port >= ports.first &&
        port <= ports.last,
    );
  const found = await listeners();
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter((one) => !/^(127\.|\[::1\])/.test(one.address) && !isOffered(one))).toEqual([]);
});

describe("the cloud's metadata", () => {
  const users = ["ejabberd", "postgres", "_apt", "nobody", "systemd-timesync", "systemd-network", "sshd"];
  let refused: Record<string, string>;
  beforeAll(async () => {
    // As each user in turn; what a service's own unit forbids beyond that is not asked.
    const program = `import json, os, pwd, socket, sys
answers = {}
for user in ["root", *sys.argv[1:]]:
    reader, writer = os.pipe()
    if os.fork() == 0:
        entry = pwd.getpwnam(user)
        os.setgid(entry.pw_gid); os.setuid(entry.pw_uid)
        try: socket.create_connection(("169.254.169.254", 80), 2); said = "open"
        except OSError as error: said = type(error).__name__ + " " + str(error)
        os.write(writer, said.encode()); os._exit(0)
    os.wait(); answers[user] = os.read(reader, 1000).decode()
print(json.dumps(answers))`;
    refused = JSON.parse(await onFirstNode("python3", "-B", "-c", program, ...users)) as Record<string, string>;
  });

  it.each(users)("is refused to %s by the node itself", (user) => {
    expect(refused[user]).toMatch(/^(OSError|PermissionError).*(No route|not permitted|unreachable)/);
  });

  it("is not refused to root, which configures the machine", () => {
    expect(refused["root"]).not.toBe(refused["nobody"]);
  });
});

it.each([
  "ejabberd",
  "postgresql@17-main",
  "imera-backup",
  "imera-backup-files",
  "imera-backup-watch",
  "imera-retention",
  "imera-wall",
  "imera-watch-node",
  "certbot",
])("%s is below 3 by systemd-analyze security, as it runs", async (unit) => {
  const shown = await onFirstNode("systemd-analyze", "security", "--no-pager", `${unit}.service`);
  expect(Number(/exposure level for \S+ ([0-9.]+)/.exec(shown)?.[1])).toBeLessThan(3);
});

it("the second wall is there again after the machine has started", async () => {
  expect((await onFirstNode("systemctl", "is-enabled", "imera-wall.service")).trim()).toBe("enabled");
  expect(await onFirstNode("nft", "list", "chain", "inet", "imera", "input")).toContain("policy drop");
});
