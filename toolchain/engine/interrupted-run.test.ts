import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { clearStaleLock, isStale, lockHolders, withoutStaleLock } from "./interrupted-run.ts";

/** Message of the CLI about a locked stack, word by word. */
function locked(user: string, host: string, pid: number): string {
  return [
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    `  file:///var/lib/x/.pulumi/locks/organization/imera/local/283d7332.json?no_tmp_dir=true: created by ${user}@${host} (pid ${pid}) at 2026-11-22T22:43:28Z`,
  ].join("\n");
}

// Beyond the largest that Linux gives.
const deadPid = 4_194_305;

describe("lockHolders", () => {
  it("names who holds the lock", () => {
    expect(lockHolders(locked("root", "vm", 19265))).toEqual([{ user: "root", host: "vm", pid: 19265 }]);
  });

  it("names nobody for another failure", () => {
    expect(lockHolders("error: could not reach the file created by root@vm (pid 1)")).toEqual([]);
  });
});

describe("isStale", () => {
  it("holds for a process of this machine that is gone, or is no engine", async () => {
    expect(await isStale({ user: "root", host: hostname(), pid: deadPid })).toBe(true);
    expect(await isStale({ user: "root", host: hostname(), pid: process.pid })).toBe(true);
  });

  it("holds for an engine that was killed and that nobody has waited for, and not before", async () => {
    // The shell becomes a program that does not wait for its child.
    const program = `cp /bin/sleep "$0/pulumi"; "$0/pulumi" 60 & echo $!; exec sleep 60`;
    const folder = mkdtempSync(join(tmpdir(), "imera-zombie-"));
    const parent = spawn("/bin/sh", ["-c", program, folder], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(line.toString());
      await expect.poll(() => isStale({ user: "root", host: hostname(), pid })).toBe(false);
      process.kill(pid, "SIGKILL");
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\(pulumi\) Z/);
      expect(await isStale({ user: "root", host: hostname(), pid })).toBe(true);
    } finally {
      parent.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });

  it("holds for nothing on another machine", async () => {
    expect(await isStale({ user: "root", host: "elsewhere.example", pid: deadPid })).toBe(false);
  });
});

describe("withoutStaleLock", () => {
  it("takes the lock of a dead engine away and does the work once more", async () => {
    const { stack, ran } = recordingStack();
    const failures = [new Error(locked("root", hostname(), deadPid))];
    const work = () => {
      const failure = failures.shift();
      return failure === undefined ? Promise.resolve("done") : Promise.reject(failure);
    };
    expect(await withoutStaleLock(stack, work)).toBe("done");
    expect(ran).toEqual([["cancel", "--yes"]]);
  });

  it("leaves the lock of another machine, and says whose it is", async () => {
    const { stack, ran } = recordingStack();
    const work = () => Promise.reject(new Error(locked("ana", "laptop.example", 7)));
    await expect(withoutStaleLock(stack, work)).rejects.toThrow("worked on by ana@laptop.example (process 7)");
    expect(ran).toEqual([]);
  });

  it("passes other failures on", async () => {
    const { stack, ran } = recordingStack();
    await expect(withoutStaleLock(stack, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(ran).toEqual([]);
  });
});

function recordingStack() {
  const ran: string[][] = [];
  const pulumi = (...args: string[]) => Promise.resolve((ran.push(args), ""));
  return { stack: { stack: "prod", pulumi }, ran };
}

describe("clearStaleLock", () => {
  const holding = async (pid: number) => {
    const backend = mkdtempSync(join(tmpdir(), "imera-lock-"));
    try {
      const folder = join(backend, ".pulumi/locks/organization/imera/local");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "1.json"), JSON.stringify({ pid, username: "root", hostname: hostname() }));
      const called: string[][] = [];
      await clearStaleLock(
        { pulumi: (...args) => (called.push(args), Promise.resolve("")) },
        { backend, stack: "local" },
      );
      return called;
    } finally {
      rmSync(backend, { recursive: true });
    }
  };

  it("removes the lock of an engine that was killed", async () => {
    expect(await holding(deadPid)).toEqual([["cancel", "--yes"]]);
  });

  it("leaves the lock of one that runs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imera-engine-"));
    copyFileSync("/bin/sleep", join(folder, "pulumi"));
    const engine = spawn(join(folder, "pulumi"), ["60"]);
    try {
      await once(engine, "spawn");
      expect(await holding(engine.pid ?? 0)).toEqual([]);
    } finally {
      engine.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });
});
