import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execa } from "execa";
import { waitUntil } from "../../../local/wait-until.ts";
import { fetchName, scratchDroplet, type ScratchDroplet } from "../scratch-droplet.ts";
import { digitaloceanRequest } from "../vendors.ts";

let one: ScratchDroplet;
let two: ScratchDroplet;

beforeAll(async () => {
  [one, two] = await Promise.all([scratchDroplet("scratch-one", "one"), scratchDroplet("scratch-two", "two")]);
});

afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  for (const tag of ["one", "two"]) await digitaloceanRequest("DELETE", `tags/${tag}`);
});

/** The name of who answers, or "nobody". */
async function fromHost(address: string, port: number): Promise<string> {
  const { exitCode, stdout } = await execa("sh", ["-c", fetchName(address, port)], { reject: false });
  return exitCode === 0 ? stdout : "nobody";
}

function from(droplet: ScratchDroplet, address: string, port: number): Promise<string> {
  return droplet.shell(`${fetchName(address, port)} || echo nobody`);
}

describe("a droplet that no firewall applies to", () => {
  it("is open to the host and to other droplets, at every address", async () => {
    expect(await fromHost(one.publicIpv4, 8001)).toBe("scratch-one");
    expect(await fromHost(one.publicIpv6, 8001)).toBe("scratch-one");
    expect(await from(two, one.publicIpv4, 8001)).toBe("scratch-one");
    expect(await from(two, one.publicIpv6, 8001)).toBe("scratch-one");
    expect(await from(two, one.vpcIpv4, 8001)).toBe("scratch-one");
  });
});

describe("a droplet that a firewall applies to by its tag", () => {
  let firewallId: string;

  beforeAll(async () => {
    const everyone = ["0.0.0.0/0", "::/0"];
    const body = {
      name: "scratch-firewall",
      tags: ["one"],
      inbound_rules: [
        { protocol: "tcp", ports: "8001", sources: { addresses: everyone } },
        { protocol: "tcp", ports: "8002", sources: { tags: ["two"] } },
      ],
      outbound_rules: [{ protocol: "tcp", ports: "8002", destinations: { addresses: everyone } }],
    };
    const { firewall } = await digitaloceanRequest<{ firewall: { id: string } }>("POST", "firewalls", body);
    firewallId = firewall.id;
  });

  afterAll(() => digitaloceanRequest("DELETE", `firewalls/${firewallId}`));

  it("is sent what a rule lets in from everywhere", async () => {
    expect(await fromHost(one.publicIpv4, 8001)).toBe("scratch-one");
    expect(await fromHost(one.publicIpv6, 8001)).toBe("scratch-one");
    expect(await from(two, one.vpcIpv4, 8001)).toBe("scratch-one");
  });

  it("is sent what a rule lets in from a tag by droplets with that tag alone", async () => {
    expect(await from(two, one.publicIpv4, 8002)).toBe("scratch-one");
    expect(await from(two, one.publicIpv6, 8002)).toBe("scratch-one");
    expect(await from(two, one.vpcIpv4, 8002)).toBe("scratch-one");
    expect(await fromHost(one.publicIpv4, 8002)).toBe("nobody");
    expect(await fromHost(one.publicIpv6, 8002)).toBe("nobody");
  });

  it("sends what a rule lets out, and nothing else, in public and in the VPC", async () => {
    expect(await from(one, two.publicIpv4, 8002)).toBe("scratch-two");
    expect(await from(one, two.publicIpv4, 8001)).toBe("nobody");
    expect(await from(one, two.publicIpv6, 8001)).toBe("nobody");
    expect(await from(one, two.vpcIpv4, 8001)).toBe("nobody");
  });
});

describe("a reserved IP", () => {
  it("leads to its droplet for the host, for others and for the droplet itself, and moves", async () => {
    const { reserved_ip } = await digitaloceanRequest<{ reserved_ip: { ip: string } }>("POST", "reserved_ips", {
      droplet_id: one.id,
    });
    const { ip } = reserved_ip;
    for (const [holder, name] of [[one, "scratch-one"] as const, [two, "scratch-two"] as const]) {
      if (holder === two) {
        await digitaloceanRequest("POST", `reserved_ips/${ip}/actions`, { type: "assign", droplet_id: two.id });
      }
      await answersAt(ip, name);
      expect(await from(one, ip, 8001)).toBe(name);
      expect(await from(two, ip, 8001)).toBe(name);
    }
    await digitaloceanRequest("DELETE", `reserved_ips/${ip}`);
    await answersAt(ip, "nobody");
  });
});

describe("a volume", () => {
  it("keeps its data from one droplet to the next, and grows", async () => {
    const device = "/dev/disk/by-id/scsi-0DO_Volume_scratch";
    const { volume } = await digitaloceanRequest<{ volume: { id: string } }>("POST", "volumes", {
      name: "scratch",
      region: "fra1",
      size_gigabytes: 1,
      filesystem_type: "ext4",
    });
    const act = (body: object) =>
      digitaloceanRequest("POST", `volumes/${volume.id}/actions`, { region: "fra1", ...body });
    const settled = (droplet: ScratchDroplet, command: string, expected: string) =>
      waitUntil({
        what: `${command} to print ${expected}`,
        probe: async () => {
          const seen = await droplet.shell(command);
          return seen === expected ? { value: seen } : { seen };
        },
        intervalMs: 250,
        timeoutMs: 30_000,
      });
    await act({ type: "attach", droplet_id: one.id });
    await settled(one, `test -b ${device} && echo there`, "there");
    await one.shell(`mount ${device} /mnt && echo kept > /mnt/file && umount /mnt`);
    await act({ type: "resize", size_gigabytes: 2 });
    await settled(one, `blockdev --getsize64 ${device}`, String(2 * 1024 ** 3));
    await act({ type: "detach", droplet_id: one.id });
    await settled(one, `test -b ${device} || echo gone`, "gone");
    await act({ type: "attach", droplet_id: two.id });
    await settled(two, `test -b ${device} && echo there`, "there");
    expect(await two.shell(`mount ${device} /mnt && cat /mnt/file && umount /mnt`)).toBe("kept");
    await act({ type: "detach", droplet_id: two.id });
    await settled(two, `test -b ${device} || echo gone`, "gone");
    await digitaloceanRequest("DELETE", `volumes/${volume.id}`);
  });
});

/** An action is done some time after it is answered. */
async function answersAt(ip: string, name: string): Promise<void> {
  await waitUntil({
    what: `${name} to answer at ${ip}`,
    probe: async () => {
      const seen = await fromHost(ip, 8001);
      return seen === name ? { value: seen } : { seen };
    },
    intervalMs: 250,
    timeoutMs: 30_000,
  });
}
