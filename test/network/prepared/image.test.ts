import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { z } from "zod";
import { createIncus } from "../../../local/incus/client.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { testRunNumber } from "../cloud.ts";
import { pulumi } from "../engine.ts";
import { operatorCommand } from "../outage/operator.ts";
import { digitaloceanList } from "../vendors.ts";

const run = runNumbered(Number(testRunNumber()));

/** Paths that a node's first boot makes and that no two machines may share, as in an archive of the image. */
const machinesOwn = [
  /^etc\/imera\/./,
  /^root\/\.ssh\/./,
  /^etc\/ssh\/ssh_host_/,
  /^etc\/ssl\/private\/./,
  /^etc\/ejabberd\/.*\.pem$/,
  /^var\/lib\/ejabberd\/\.erlang\.cookie$/,
  /^(etc|var\/lib)\/postgresql\/\d+\/./,
  /^etc\/letsencrypt\/(accounts|archive|keys|live)\/./,
  /^var\/lib\/cloud\/(data|instances?|scripts|seed|sem)\b/,
  /^var\/lib\/(dhcp|dhcpcd|NetworkManager)\/./,
  /^var\/lib\/systemd\/(random-seed|credential\.secret)$/,
  /^var\/lib\/imera\/(?!applied\.json$)./,
  /^var\/log\/(journal\/.*\/|cloud-init)./,
];

it("an image with a node's packages and nothing of a machine's own is made, for this region and another", async () => {
  const { exitCode, output } = await operatorCommand("image", "--region", "lon1");
  expect(exitCode, output).toBe(0);
  const image = await onlyImage();
  expect(image).toMatchObject({ type: "snapshot", regions: ["fra1", "lon1"] });
  expect(await digitaloceanList("droplets"), output).toHaveLength(1);
  expect(JSON.stringify(await digitaloceanList("account/keys"))).not.toContain("imera-image");

  const archive = await archiveOf(image.id);
  const paths = (await tar(["--list", "--file", archive])).split("\n").map((path) => path.replace(/^rootfs\//, ""));
  expect(paths).toEqual(expect.arrayContaining(["usr/sbin/ejabberdctl", "usr/bin/pgbackrest", "usr/bin/restic"]));
  expect(paths.filter((path) => machinesOwn.some((pattern) => pattern.test(path)))).toEqual([]);
  const extract = (...files: string[]) =>
    tar(["--extract", "--to-stdout", "--file", archive, ...files.map((file) => `rootfs/${file}`)]);
  expect(await extract("etc/machine-id")).toBe("");
  expect(await extract("etc/hostname")).toBe("localhost");
  expect(await extract("etc", "root", "var/lib/imera", "var/spool")).not.toMatch(
    /^-----BEGIN [A-Z ]*PRIVATE KEY-----$/m,
  );
});

it("the network's later nodes are to be made from it, and the one that runs stays", async () => {
  for (const args of [
    ["config", "set", "imera:image", "prepared"],
    ["preview", "--expect-no-changes"],
  ]) {
    const { exitCode, output } = await pulumi(...args);
    expect(exitCode, output).toBe(0);
    expect(output).not.toContain("No prepared image");
  }
});

async function onlyImage() {
  const form = z.array(z.object({ id: z.number(), type: z.string(), regions: z.array(z.string()) }));
  const images = form.parse(await digitaloceanList("images")).filter(({ type }) => type === "snapshot");
  const [image] = images;
  if (image === undefined || images.length > 1) throw new Error(`${images.length} images instead of one`);
  return image;
}

/** The file in which the engine keeps the image: a tar archive with `rootfs` in it. */
async function archiveOf(id: number): Promise<string> {
  const alias = await createIncus(run.files.incus).get(`/images/aliases/${id}`);
  return join(run.files.incus, "images", z.object({ target: z.string() }).parse(alias).target);
}

async function tar(args: readonly string[]): Promise<string> {
  return (await execa("tar", args, { encoding: "latin1", maxBuffer: 1_000_000_000 })).stdout;
}
