import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf } from "../../host/error.ts";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import { allChecks } from "../doctor/checks.ts";
import { describeExamination } from "../doctor/describe-examination.ts";
import { examinedNetwork, readExaminedStack } from "../doctor/examined-network.ts";
import { examine } from "../doctor/examination.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { runProgram } from "../network/node/program.ts";
import { openNode } from "../network/node/ssh.ts";
import { readPlainSettings } from "../network/plain-settings.ts";
import { knownSecrets, withoutSecrets } from "./known-secrets.ts";

/**
 * Collects what one would send for help: versions, plain settings, the doctor's findings, and from the node states and the last
 * troubles in its logs. Resolves to one text without a secret and without anybody's words. A part that cannot be had says why.
 */
export async function collectSupport(access: StackAccess): Promise<string> {
  const secrets = await knownSecrets(access);
  const [own, ofNodes] = await Promise.all([
    Promise.all([
      part("this machine", () => describeMachine(access)),
      part("settings", async () => JSON.stringify(await readPlainSettings(access), undefined, 2)),
      part("doctor", () => examination(access)),
    ]),
    nodeParts(access),
  ]);
  const text = [...own, ...ofNodes].map(([title, content]) => `=== ${title} ===\n${content.trim()}\n`);
  return withoutSecrets(text.join("\n"), secrets);
}

type Part = readonly [title: string, content: string];

async function part(title: string, work: () => Promise<string>): Promise<Part> {
  return [title, await work().catch((error: unknown) => `not to be had: ${messageOf(error)}`)];
}

async function describeMachine({ toolchain, stack }: StackAccess): Promise<string> {
  const git = await run("git", ["-C", projectFolder, "describe", "--always", "--dirty"]).catch(messageOf);
  const parts = toolchain.parts.map(({ part: name, version, origin }) => `${name} ${version} (${origin})`);
  return [`stack ${stack}`, `IMera ${git}`, `Node ${process.version}`, ...parts].join("\n");
}

async function run(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args])).stdout.trim();
}

async function examination(access: StackAccess): Promise<string> {
  await using network = examinedNetwork(await readExaminedStack(access, undefined));
  return describeExamination(await examine(network, allChecks));
}

async function nodeParts(access: StackAccess): Promise<readonly Part[]> {
  try {
    const { nodes } = await access.outputs();
    const all = await Promise.all(
      nodes.map(async (node) => {
        await using session = await openNode(access, node);
        const answer = await runProgram(session, ["/usr/local/lib/imera/collect"], { timeoutMs: 120_000 });
        const texts = z.record(z.string(), z.string()).parse(JSON.parse(answer));
        return Object.entries(texts).map(([title, text]) => [`${node.name}: ${title}`, text] as const);
      }),
    );
    return all.flat();
  } catch (error) {
    return [["nodes", `not to be had: ${messageOf(error)}`]];
  }
}
