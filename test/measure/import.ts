import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { newAccount } from "../network/accounts.ts";
import { clientMachine } from "../network/client-machine.ts";
import type { OwnMessagesOrder } from "../network/clients/own-messages.ts";
import { runningCloud, testRunNumber } from "../network/cloud.ts";
import { ask } from "../network/outage/client-program.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { medianAndLongest, type Measurement, seconds, timed } from "./table.ts";

const contactsEach = 50;
const quietSeconds = 30;
const roundSeconds = 10;
const goalSeconds = 600;
const rowsAStatement = 1000;

/** Size of an old server. */
export interface OldServerSize {
  readonly people: number;
  readonly messages: number;
}

/**
 * Import of a mysqldump of that size into the network of a local cloud that runs, while somebody who was there before chats: how long
 * it takes, and how long messages take meanwhile and without it. The imported stay there. Rejects where the report and the database
 * disagree.
 */
export async function measureImport({ people, messages }: OldServerSize): Promise<Measurement[]> {
  await using made = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "imera-import-"));
  made.defer(() => rm(directory, { recursive: true }));
  const dump = path.join(directory, "openfire.sql");
  await pipeline(Readable.from(mysqldump({ people, messages })), createWriteStream(dump));
  const cloud = await runningCloud();
  const machine = made.use(await clientMachine(cloud));
  const { jid, passwordFile } = await newAccount(cloud, machine);
  const login = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  const chat = async (order: Omit<OwnMessagesOrder, "login">) =>
    (await ask(machine, "own-messages.ts", { ...order, login })) as number[];

  const before = await chat({ seconds: quietSeconds });
  const program = path.join(repositoryRoot, "scripts/import.ts");
  const words = [program, "--stack", "local", "--run", testRunNumber(), "openfire", dump];
  const ended = new AbortController();
  const importing = timed(() => execa(process.execPath, words, { cwd: repositoryRoot, stdio: "inherit" })).finally(() =>
    ended.abort(),
  );
  const meanwhile: number[] = [];
  while (!ended.signal.aborted) meanwhile.push(...(await chat({ seconds: roundSeconds })));
  const took = await importing;
  const isGoals = people >= 5000 && messages >= 2_000_000;
  return [
    {
      what: `import of ${people.toLocaleString("en")} people with ${contactsEach} contacts each and ${messages.toLocaleString("en")} messages`,
      value: seconds(took),
      ...(isGoals ? { goal: { text: `at most ${goalSeconds} s`, met: took <= goalSeconds * 1000 } } : {}),
    },
    { what: "a message without it, median and longest", value: `${medianAndLongest(before)} of ${before.length}` },
    { what: "a message meanwhile, median and longest", value: `${medianAndLongest(meanwhile)} of ${meanwhile.length}` },
  ];
}

function* mysqldump({ people, messages }: OldServerSize): Generator<string> {
  yield "-- MySQL dump 10.13\n";
  yield table("ofProperty", ["name", "propValue"]);
  yield* inserts("ofProperty", 1, () => "'xmpp.domain','old.test'");
  yield table("ofUser", ["username", "plainPassword"]);
  yield* inserts("ofUser", people, (n) => `'measured${n}','the password of ${n}'`);
  yield table("ofRoster", ["rosterID", "username", "jid", "sub", "ask", "recv", "nick"]);
  yield* inserts("ofRoster", people * contactsEach, (n) => {
    const [owner, contact] = [Math.floor(n / contactsEach), n % contactsEach];
    // Half of them come before the owner, so that both sides have it.
    const away = contact < contactsEach / 2 ? contact + 1 : contactsEach / 2 - 1 - contact;
    return `${n},'measured${owner}','measured${(owner + away + people) % people}@old.test',3,-1,-1,'Contact ${contact}'`;
  });
  yield table("ofMessageArchive", ["fromJID", "fromJIDResource", "toJID", "toJIDResource", "sentDate", "body"]);
  const first = Date.parse("2024-01-01T00:00:00Z");
  yield* inserts("ofMessageArchive", messages, (n) => {
    const [from, to] = [n % people, ((n % people) + 1 + (n % contactsEach)) % people];
    return `'measured${from}@old.test','desk','measured${to}@old.test','phone',${first + n * 10_000},'Message ${n}: ${"some words ".repeat(n % 12)}'`;
  });
  yield "-- Dump completed\n";
}

function table(name: string, columns: readonly string[]): string {
  const lines = columns.map((column) => `  \`${column}\` ${/ID$|sub|ask|recv|Date$/.test(column) ? "bigint" : "text"}`);
  return `CREATE TABLE \`${name}\` (\n${lines.join(",\n")}\n) ENGINE=InnoDB;\n`;
}

function* inserts(name: string, count: number, row: (n: number) => string): Generator<string> {
  for (let from = 0; from < count; from += rowsAStatement) {
    const rows = Array.from({ length: Math.min(rowsAStatement, count - from) }, (_, index) => `(${row(from + index)})`);
    yield `INSERT INTO \`${name}\` VALUES ${rows.join(",")};\n`;
  }
}
