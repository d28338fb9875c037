import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execa } from "execa";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { fetchName, scratchDroplet, type ScratchDroplet } from "../scratch-droplet.ts";
import { digitaloceanAction, digitaloceanRequest } from "../vendors.ts";

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
    const wanted = { droplet_id: one.id };
    const { reserved_ip } = await digitaloceanRequest<{ reserved_ip: { ip: string } }>("POST", "reserved_ips", wanted);
    const { ip } = reserved_ip;
    await answersAt(ip, "scratch-one");
    expect(await from(one, ip, 8001)).toBe("scratch-one");
    expect(await from(two, ip, 8001)).toBe("scratch-one");
    await digitaloceanAction(`reserved_ips/${ip}/actions`, { type: "assign", droplet_id: two.id });
    expect(await fromHost(ip, 8001)).toBe("scratch-two");
    expect(await from(one, ip, 8001)).toBe("scratch-two");
    expect(await from(two, ip, 8001)).toBe("scratch-two");
    await digitaloceanAction(`reserved_ips/${ip}/actions`, { type: "unassign" });
    expect(await fromHost(ip, 8001)).toBe("nobody");
    await digitaloceanRequest("DELETE", `reserved_ips/${ip}`);
  });
});

describe("a volume", () => {
  const device = "/dev/disk/by-id/scsi-0DO_Volume_scratch";

  it("keeps its data from one droplet to the next, and grows", async () => {
    const wanted = { name: "scratch", region: "fra1", size_gigabytes: 1, filesystem_type: "ext4" };
    const { volume } = await digitaloceanRequest<{ volume: { id: string } }>("POST", "volumes", wanted);
    const act = (body: object) => digitaloceanAction(`volumes/${volume.id}/actions`, { region: "fra1", ...body });
    await act({ type: "attach", droplet_id: one.id });
    await one.shell(`mount ${device} /mnt && echo kept > /mnt/file && umount /mnt`);
    await act({ type: "resize", size_gigabytes: 2 });
    expect(await one.shell(`blockdev --getsize64 ${device}`)).toBe(String(2 * 1024 ** 3));
    await act({ type: "detach", droplet_id: one.id });
    await expect(one.shell(`test -e ${device}`)).rejects.toThrow();
    await act({ type: "attach", droplet_id: two.id });
    expect(await two.shell(`mount ${device} /mnt && cat /mnt/file && umount /mnt`)).toBe("kept");
    await act({ type: "detach", droplet_id: two.id });
    await digitaloceanRequest("DELETE", `volumes/${volume.id}`);
  });
});

/** The assignment that comes with a new reserved IP is an action, too, and its id is not in the answer. */
async function answersAt(ip: string, name: string): Promise<void> {
  await waitUntil({
    what: `${name} to answer at ${ip}`,
    probe: async () => {
      const seen = await fromHost(ip, 8001);
      return seen === name ? { value: seen } : notYet(seen);
    },
    intervalMs: 250,
    timeoutMs: 30_000,
  });
}
