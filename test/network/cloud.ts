import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type CloudFacts, readFacts } from "../../local/commands/status.ts";
import { runNumbered } from "../../local/run/run.ts";
import { repositoryRoot } from "../runner/repository.ts";

/** A local cloud with a network in it, seen from outside. */
export interface Cloud {
  readonly status: CloudFacts;
  /** Trust anchors in PEM: the ACME root that production would take from the operating system. */
  readonly trustedRoots: string;
  /** Asks the local cloud's DNS server and nobody else. */
  readonly resolver: Resolver;
}

/** The local cloud that the test runner brought up; throws unless IMERA_TEST_RUN names it. */
export async function runningCloud(): Promise<Cloud> {
  const status = await readFacts(runNumbered(Number(testRunNumber())));
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([`${status.dns.address}:${status.dns.port}`]);
  return { status, trustedRoots: await readFile(status.caBundle, "utf8"), resolver };
}

/** Number of the local cloud that belongs to this test run. */
export function testRunNumber(): string {
  const run = process.env.IMERA_TEST_RUN;
  if (run === undefined) throw new Error("IMERA_TEST_RUN is not set: run these tests by `npm test`");
  return run;
}

/** What a command says where another one of an operator, such as an import, is at work on the network. */
export const operatorsBusy = /is being worked on by process|another import is running on this node/;

/** Standard output of `npm run local -- ARGS` on the tests' own local cloud; throws with its messages when it fails. */
export async function localCommand(...args: string[]): Promise<string> {
  return (await localProgram(args)).stdout;
}

/** Runs `npm run local -- ARGS` on the tests' own local cloud, by default to success. */
export function localProgram(args: readonly string[], options: { input?: string; reject?: boolean } = {}) {
  const argv = ["--run", testRunNumber(), ...args];
  return execa(process.execPath, [join(repositoryRoot, "scripts/local.ts"), ...argv], {
    cwd: repositoryRoot,
    ...options,
  });
}

/** The first node; a network always has one. */
export function firstNode(cloud: Cloud): CloudFacts["nodes"][number] {
  const node = cloud.status.nodes[0];
  if (node === undefined) throw new Error("status --json names no node");
  return node;
}

/** Address and port that an SRV record leads to. */
export interface ServiceTarget {
  readonly hostName: string;
  readonly address: string;
  readonly port: number;
}

/** Follows `_<service>._<protocol>.<domain>` to an address, as RFC 6120 section 3.2.1 says; throws when a lookup fails. */
export async function lookUpService(
  cloud: Cloud,
  service: string,
  domain = cloud.status.domain,
): Promise<ServiceTarget> {
  const records = await cloud.resolver.resolveSrv(`${service}.${domain}`);
  const best = records.toSorted((a, b) => a.priority - b.priority)[0];
  if (best === undefined) throw new Error(`${service}.${domain}: no SRV record`);
  return { hostName: best.name, address: await lookUpAddress(cloud, best.name), port: best.port };
}

/** First IPv4 address of a name; throws when it has none. */
export async function lookUpAddress(cloud: Cloud, name: string): Promise<string> {
  const [address] = await cloud.resolver.resolve4(name);
  if (address === undefined) throw new Error(`${name}: no A record`);
  return address;
}
