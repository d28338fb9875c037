import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { existsSync } from "node:fs";
import { execa, type Options } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addressPlan } from "../../../local/run/address-plan.ts";
import { runNumbered } from "../../../local/run/run.ts";
import { repositoryRoot } from "../../runner/repository.ts";

/** A run of its own, which must never come to be. */
const run = runNumbered(211);
const localUp = [process.execPath, join(repositoryRoot, "scripts/local.ts"), "up", "--run", "211"];
const toolchain = [process.execPath, join(repositoryRoot, "toolchain/cli.ts")];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "imera-refused-"));
});
afterEach(async () => rm(directory, { recursive: true, force: true }));

/** Runs a command that must fail, and gives what it prints. */
async function refusal([program = "", ...args]: readonly string[], options: Options = {}): Promise<string> {
  const settings = { cwd: repositoryRoot, reject: false, all: true, stdin: "ignore", timeout: 120_000 } as const;
  const result = await execa(program, args, { ...settings, ...options });
  expect(result.failed).toBe(true);
  expect(result.timedOut).toBe(false);
  return String(result.all);
}

/** Runs a command in a mount namespace where `path` is a file system of that size. */
function withSmallDisk(path: string, size: string, command: readonly string[]): string[] {
  const script = `mount -t tmpfs -o size=${size} small-disk ${path} && exec "$@"`;
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "small-disk", ...command];
}

describe("the local cloud says what to do", () => {
  it("without root", async () => {
    const asNobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", ...localUp];
    expect(await refusal(asNobody)).toMatch(/root|sudo/);
  });

  it("when its addresses are somebody else's, and changes nothing", async () => {
    const { publicIpv4Cidr } = addressPlan(211);
    await execa("ip", ["link", "add", "imera-foreign", "type", "veth", "peer", "name", "foreign-far"]);
    try {
      for (const end of ["imera-foreign", "foreign-far"]) await execa("ip", ["link", "set", end, "up"]);
      await execa("ip", ["route", "add", publicIpv4Cidr, "dev", "imera-foreign"]);
      expect(await refusal(localUp)).toMatch(/10\.99\.211\.0\/24 is in use.*imera-foreign.*--run/s);
    } finally {
      await execa("ip", ["link", "delete", "imera-foreign"]);
    }
    expect(existsSync(run.folder)).toBe(false);
  });

  it("when the disk is too small, before it starts", async () => {
    const output = await refusal(withSmallDisk("/var/lib/imera", "64m", localUp));
    expect(output).toMatch(/\/var\/lib\/imera has 0\.\d GiB free and \d+ are needed/);
  });

  it.each(["0", "255", "one"])("when the run's number is %s", async (number) => {
    expect(await refusal([...localUp.slice(0, -1), number])).toMatch(/1 to 254/);
  });
});

describe("the toolchain says what to do", () => {
  // A new user has nothing set up; where the vendor's downloads answer, the second and third case never arise.
  const asNewUser = (): Record<string, string> => ({
    XDG_DATA_HOME: join(directory, "data"),
    XDG_CACHE_HOME: join(directory, "cache"),
  });

  it("when there is no Go to build the CLI with", async () => {
    const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !existsSync(join(folder, "go")));
    const output = await refusal(toolchain, { env: { ...asNewUser(), PATH: path.join(delimiter) } });
    expect(output).toMatch(/Go.*1\.25/s);
  });

  it("when the disk is full", async () => {
    const env = { XDG_DATA_HOME: directory, XDG_CACHE_HOME: directory };
    expect(await refusal(withSmallDisk(directory, "1m", toolchain), { env })).toMatch(/ENOSPC|no space left/i);
  });
});
