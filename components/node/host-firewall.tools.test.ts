import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { services } from "../model/services.ts";
import { hostFirewall } from "./host-firewall.ts";

const input = {
  services: services({ turnRelayPorts: { first: 49_152, last: 49_407 } }),
  connectionsPerAddress: 3,
  spared: ["203.0.113.7/32", "2001:db8:7::/48"],
};

/** Loads a table into a network of its own, twice, and runs a script there; gives what that prints. */
function inOwnNetwork(table: string, script: string): string {
  const file = join(temporaryFolder("wall"), "wall.nft");
  writeFileSync(file, table);
  const program = `set -e; ip link set lo up; nft --file ${file}; nft --file ${file}; ${script}`;
  return execFileSync("unshare", ["--net", "sh", "-c", program], { encoding: "utf8" });
}

it("is a table that nft takes, and takes again in the place of the former", () => {
  const chains = JSON.parse(inOwnNetwork(hostFirewall(input), "nft --json list chains")) as {
    nftables: { chain?: { name: string; policy?: string } }[];
  };
  const policies = chains.nftables.flatMap(({ chain }) => (chain === undefined ? [] : [[chain.name, chain.policy]]));
  expect(Object.fromEntries(policies)).toEqual({
    input: "drop",
    newcomers: undefined,
    forward: "drop",
    output: "accept",
  });
});

it("is taken without anybody spared, and with networks of one family or that lie in each other", () => {
  for (const spared of [[], ["10.0.0.0/8"], ["2001:db8::/32", "2001:db8:7::/48"], ["10.0.0.0/8", "10.1.0.0/16"]]) {
    expect(inOwnNetwork(hostFirewall({ ...input, spared }), "echo taken")).toBe("taken\n");
  }
});

/** Two networks joined by a cable, with the wall in the second, 192.0.2.2 and 2001:db8:1::2, and servers on the ports there. */
function behindTheWall(asks: string, own: Partial<typeof input> = {}): string {
  const folder = temporaryFolder("wall");
  writeFileSync(join(folder, "wall.nft"), hostFirewall({ ...input, ...own }));
  writeFileSync(join(folder, "server.py"), server);
  writeFileSync(join(folder, "asks.py"), `${client}\n${asks}`);
  const script = `set -e
ip link set lo up
ip link add outside type veth peer name inside
unshare --net sleep 60 & there=$!
until [ "$(readlink /proc/$there/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
trap 'kill $there $servers' EXIT
ip link set inside netns $there
ip address add 192.0.2.1/24 dev outside
ip address add 2001:db8:1::1/64 dev outside nodad
ip link set outside up
in="nsenter --net=/proc/$there/ns/net"
$in ip link set lo up
$in ip address add 192.0.2.2/24 dev inside
$in ip address add 2001:db8:1::2/64 dev inside nodad
$in ip link set inside up
$in nft --file ${folder}/wall.nft
$in python3 ${folder}/server.py & servers=$!
python3 ${folder}/asks.py`;
  return execFileSync("unshare", ["--net", "sh", "-c", script], { encoding: "utf8", timeout: 60_000 });
}

const server = `
import selectors, socket
waiting = selectors.DefaultSelector()
for port in (22, 2222, 5222, 5432, 7777):
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        listener = socket.socket(family)
        if family == socket.AF_INET6: listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port)); listener.listen(64)
        waiting.register(listener, selectors.EVENT_READ)
kept = []
while True:
    for key, _ in waiting.select(): kept.append(key.fileobj.accept()[0])
`;
const client = `
import json, socket, time
def ask(port, address="192.0.2.2"):
    try:
        connection = socket.create_connection((address, port), 2)
        held.append(connection)
        return "open"
    except TimeoutError: return "silent"
    except ConnectionRefusedError: return "refused"
held = []
deadline = time.monotonic() + 30
while ask(22) != "open" and time.monotonic() < deadline: time.sleep(0.1)
`;

it("opens what the model has, and leaves all else without an answer", () => {
  const asks = `print(json.dumps([[ask(port, address) for port in (22, 5222, 5432, 2222, 80)] for address in ("192.0.2.2", "2001:db8:1::2")]))`;
  const answers = ["open", "open", "silent", "silent", "silent"];
  expect(JSON.parse(behindTheWall(asks))).toEqual([answers, answers]);
});

it("lets an address have so many connections and no more, but for SSH and those who are spared", () => {
  const asks = `print(json.dumps([[ask(port) for port in (5222, 5222, 7777, 5222, 22, 22)], [ask(5222, "2001:db8:1::2") for _ in range(5)]]))`;
  expect(JSON.parse(behindTheWall(asks))).toEqual([
    ["open", "open", "open", "refused", "open", "open"],
    ["open", "open", "open", "refused", "refused"],
  ]);
  const spared = ["192.0.2.0/24"];
  expect(JSON.parse(behindTheWall("print(json.dumps([ask(5222) for _ in range(6)]))", { spared }))).toEqual(
    Array<string>(6).fill("open"),
  );
});

it("lets each relayed call send at the rate of one over TCP, and nothing else be slowed down", () => {
  const script = `python3 -c '
import json, socket, time
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE: none is lost where the kernel delivers late
receiver.bind(("127.0.0.1", 40000)); receiver.settimeout(1)
def arrive(port):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("127.0.0.1", port))
    began = time.monotonic()
    for _ in range(4000):
        try: sender.sendto(b"x" * 1000, ("127.0.0.1", 40000))
        except PermissionError: pass
    seconds = time.monotonic() - began
    bytes = 0
    while True:
        try: bytes += len(receiver.recv(2000))
        except TimeoutError: return {"bytes": bytes, "seconds": seconds}
print(json.dumps([arrive(port) for port in (49200, 49201, 3478)]))'`;
  const arrived = JSON.parse(inOwnNetwork(hostFirewall(input), script)) as { bytes: number; seconds: number }[];
  for (const { bytes, seconds } of arrived.slice(0, 2)) {
    expect(bytes).toBeGreaterThan(1_000_000);
    // The kernel's bucket holds a second of the rate and the burst.
    expect(bytes).toBeLessThan(1_600_000 + 512_000 * seconds);
  }
  expect(arrived[2]?.bytes).toBe(4_000_000);
});
