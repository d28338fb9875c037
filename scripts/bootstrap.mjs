#!/usr/bin/env node
// Starts a TypeScript file of this repository: `node scripts/bootstrap.mjs FILE.ts [argument…]`.
//
// It is plain JavaScript without dependencies because it runs before they are there, on whatever Node the machine has
// (20 or newer). It installs what package-lock.json names when node_modules differs from it, and hands over to the Node 24
// that is one of those packages. What it has to say goes to stderr, and when all is in place it says nothing.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const oldestNodeMajor = 20;
const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const modules = path.join(repository, "node_modules");
const node24 = path.join(modules, "node", "bin", "node");

checkNode();
ensurePackages();
ensureNode24();
handOver(process.argv.slice(2));

function checkNode() {
  if (Number(process.versions.node.split(".")[0]) >= oldestNodeMajor) return;
  fail(
    `This is Node ${process.versions.node}, and ${oldestNodeMajor} or newer is needed to start.`,
    "Install it (Debian 13: apt-get install nodejs npm), then run the same command again.",
  );
}

function ensurePackages() {
  if (packagesAreInPlace()) return;
  process.stderr.write("Installing the packages that package-lock.json names (npm ci)…\n");
  // No install scripts: the one of @pulumi/command would fetch a plugin into the user's own ~/.pulumi. The package `node` is
  // the only one that needs its script, and ensureNode24 runs it.
  const status = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (status !== 0) {
    fail(
      `npm ci failed with status ${status}: the packages are not in place.`,
      `Its own words stand above. Run it by itself in ${repository} to look closer: npm ci`,
    );
  }
}

/** Whether npm's own record of what it installed lists what package-lock.json asks for; optional packages may be absent. */
function packagesAreInPlace() {
  const wanted = lockedPackages(path.join(repository, "package-lock.json"));
  const installed = lockedPackages(path.join(modules, ".package-lock.json"));
  if (wanted === undefined) fail("package-lock.json is missing.", "Restore it: git checkout package-lock.json");
  if (installed === undefined) return false;
  return Object.entries(wanted).every(
    ([place, entry]) => place === "" || entry.optional === true || installed[place]?.version === entry.version,
  );
}

function lockedPackages(file) {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

function ensureNode24() {
  if (existsSync(node24)) return;
  process.stderr.write("Putting Node 24 in place (npm rebuild node)…\n");
  const status = npm(["rebuild", "node", "--ignore-scripts=false", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (status === 0 && existsSync(node24)) return;
  fail(
    `The package "node" has no binary at ${node24}: its install script did not run or did not succeed.`,
    `Run it by itself in ${repository} and read what it says: npm rebuild node --foreground-scripts`,
  );
}

/** Runs npm with its output on stderr, so that a caller may capture stdout. */
function npm(args) {
  const { status, error } = spawnSync("npm", args, { cwd: repository, stdio: ["ignore", 2, 2] });
  if (error !== undefined) fail(`npm does not start: ${error.message}.`, "Install npm (Debian: apt-get install npm).");
  return status ?? 1;
}

function handOver([file, ...args]) {
  if (file === undefined) fail("No file to run.", "Usage: node scripts/bootstrap.mjs FILE.ts [argument…]");
  const env = {
    ...process.env,
    PATH: [path.join(modules, ".bin"), process.env.PATH].filter(Boolean).join(path.delimiter),
  };
  const child = spawn(node24, [path.resolve(repository, file), ...args], { stdio: "inherit", env });
  child.on("error", (error) => fail(`Node 24 does not start: ${error.message}.`, "Remove node_modules and try again."));
  // Ctrl-C reaches the child by itself, as part of the terminal's foreground group: passing it on would count it twice.
  const passedOn = process.stdin.isTTY ? ["SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => passedOn.includes(signal) && child.kill(signal));
  }
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(what, next) {
  process.stderr.write(`${what}\n${next}\n`);
  process.exit(1);
}
