import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImportReport } from "../../../scripts/import/report/report.ts";
import { hallMessages } from "../../openfire/fill-rooms.ts";
import { waitingMessages } from "../../openfire/fill-belongings.ts";
import { hashOnly, lockedOut, oldPeople, oldPerson } from "../../openfire/people.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import type { AccountFound } from "../clients/see-accounts.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import { importHome } from "../import-home.ts";
import { ask, clientProgram } from "../outage/client-program.ts";
import { nodeMachine, query } from "../outage/node.ts";
import {
  cannotUsePlain,
  comparable,
  expectedHere,
  forgetRecorded,
  recordedDumpHere,
  recordedHome,
  recordedPeople,
} from "../recorded-openfire.ts";

let machine: ClientMachine;
let cloud: Cloud;
let home: string;
let report: ImportReport;

beforeAll(async () => {
  cloud = await runningCloud();
  machine = await clientMachine(cloud);
  home = recordedHome(machine.directory);
  report = await importHome(home);
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  await forgetRecorded(cloud.status.domain);
});

/** Logs everybody in by a mechanism with slixmpp; gives the mechanism that was used, or why none was, by local part. */
async function loggedIn(mechanism: string): Promise<Record<string, string>> {
  const people = oldPeople.map(({ user, password }) => [`${user}@${cloud.status.domain}`, password]);
  const program = clientProgram("slixmpp_log_in_all.py");
  const input = JSON.stringify({ mechanism, people });
  const { stdout } = await machine.run("/usr/bin/python3", [program], { input, timeoutMs: 600_000 });
  const found = Object.entries(JSON.parse(stdout) as Record<string, string>);
  return Object.fromEntries(found.map(([jid, outcome]) => [jid.slice(0, jid.lastIndexOf("@")), outcome]));
}

/** What each person's login is to come to, where those of `others` cannot use the mechanism. */
function allBy(mechanism: string, others: readonly string[] = []): Record<string, unknown> {
  const isOut = (user: string) => others.includes(user) || lockedOut.includes(user);
  return Object.fromEntries(
    oldPeople.map(({ user }) => [user, isOut(user) ? (expect.stringMatching(/^refused/) as unknown) : mechanism]),
  );
}

describe("a real Openfire that was killed, and taken over into a network in use", () => {
  it("is in the database as independent questions count it, and as the report says", async () => {
    const { domain } = cloud.status;
    const users = oldPeople.map(({ user }) => `'${user}'`).join(", ");
    const own = `username IN (${users})`;
    const found = await query(
      await nodeMachine(),
      `SELECT 'accounts', count(DISTINCT username) FROM users WHERE ${own};
       SELECT 'contacts', count(*) FROM rosterusers WHERE ${own} AND NOT (subscription = 'N' AND ask = 'I');
       SELECT 'vCards', count(*) FROM vcard WHERE ${own};
       SELECT 'privacy lists', count(*) FROM privacy_list WHERE ${own};
       SELECT 'private storage', count(*) FROM private_storage WHERE ${own} AND namespace <> 'jabber:ejabberd:banned';
       SELECT 'disabled accounts', count(*) FROM private_storage WHERE ${own} AND namespace = 'jabber:ejabberd:banned';
       SELECT 'messages of rooms', count(*) FROM archive WHERE kind = 'groupchat' AND username LIKE '%@conference.${domain}'
         AND split_part(username, '@', 1) IN ('hall', 'quiz', 'quiz-rooms', 'silent');
       SELECT 'shared groups', count(*) FROM imera_import.shared_group JOIN sr_group USING (name) WHERE is_shared;`,
    );
    const reported = Object.fromEntries(report.kinds.map(({ kind, over }) => [kind, over]));
    const counted = Object.fromEntries(found.map((line) => line.split("|") as [string, string]));
    expect(counted).toEqual(Object.fromEntries(Object.keys(counted).map((kind) => [kind, String(reported[kind])])));
    expect(report.kinds.filter(({ onServer, over }) => onServer !== null && onServer !== over)).toEqual([]);
  });

  it("lets everybody in with the old password by SCRAM-SHA-1, and keeps out whom it had locked out", async () => {
    expect(await loggedIn("SCRAM-SHA-1")).toEqual(allBy("SCRAM-SHA-1"));
  });

  it("lets everybody in by SCRAM-SHA-256 whose password it had, and not a hash of it alone", async () => {
    expect(await loggedIn("SCRAM-SHA-256")).toEqual(allBy("SCRAM-SHA-256", hashOnly));
  });

  it("lets everybody in by SCRAM-SHA-512 whose password it had", async () => {
    expect(await loggedIn("SCRAM-SHA-512")).toEqual(allBy("SCRAM-SHA-512", hashOnly));
  });

  it.each(["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"])(
    "lets everybody in by %s, bound to the connection, but whose hash is another one",
    async (mechanism) => {
      const others = mechanism === "SCRAM-SHA-1-PLUS" ? [] : hashOnly;
      expect(await loggedIn(mechanism)).toEqual(allBy(mechanism, others));
    },
  );

  it("lets everybody in by PLAIN to what the old server showed, what waited and who asks", async () => {
    const people = recordedPeople.filter(({ user }) => !cannotUsePlain.includes(user));
    const input = { domain: cloud.status.domain, people };
    const found = (await ask(machine, "see-accounts.ts", input, 600_000)) as Record<string, AccountFound>;
    const seen = Object.entries(found).map(([user, { account }]) => [user, account] as const);
    expect(comparable(Object.fromEntries(seen))).toEqual(expectedHere());
    expect(Object.keys(found["p38"]?.account.contacts ?? {})).toEqual(
      ["p34", "p35", "p37", "p39", "пётр"].map((user) => `${user}@DOMAIN`),
    );
    const texts = Object.entries(found).flatMap(([user, { waiting }]) =>
      waiting.length === 0 ? [] : [[user, waiting.map(({ body }) => body)] as const],
    );
    // They were sent once while it ran, and once more before it was killed.
    const twice = Object.entries(waitingMessages).map(([user, bodies]) => [user, [...bodies, ...bodies]] as const);
    expect(Object.fromEntries(texts)).toEqual(Object.fromEntries(twice));
    const asked = Object.entries(found).flatMap(([user, { askedBy }]) =>
      askedBy.length === 0 ? [] : [[user, askedBy]],
    );
    expect(Object.fromEntries(asked)).toEqual(requests);
  });

  it("lets those in by each mechanism who had a hash alone, once they have logged in, and says so", async () => {
    expect(await loggedIn("SCRAM-SHA-512")).toEqual(allBy("SCRAM-SHA-512"));
    expect(report.hashOnly).toEqual(hashOnly);
    expect(await importHome(home, "--check")).toMatchObject({ hashOnly: [] });
  });

  it("has its rooms with what each may do there", async () => {
    const passwords = Object.fromEntries(oldPeople.map(({ user, password }) => [user, password]));
    const input = { domain: cloud.status.domain, passwords, attempts: rights.map(([attempt]) => attempt) };
    const outcomes = (await ask(machine, "try-rooms.ts", input, 300_000)) as string[];
    expect(outcomes.map((outcome, index) => [rights[index]?.[0].join(" "), outcome])).toEqual(
      rights.map(([attempt, outcome]) => [attempt.join(" "), outcome]),
    );
  });

  it("has all that was said in its rooms, as it was said", async () => {
    const input = {
      domain: cloud.status.domain,
      passwords: { romeo: oldPerson("romeo").password, juliet: oldPerson("juliet").password },
      attempts: [
        ["romeo", "enters", "hall", "gehe1m ☃"],
        ["romeo", "reads", "hall"],
        ["juliet", "enters", "quiz"],
        ["juliet", "reads", "quiz"],
        ["juliet", "enters", "quiz-rooms"],
        ["juliet", "reads", "quiz-rooms"],
      ],
    };
    const [, hall = "", , quiz, , otherQuiz] = (await ask(machine, "try-rooms.ts", input, 300_000)) as string[];
    // What was said within one millisecond the old server itself wrote in any order.
    expect((JSON.parse(hall) as string[]).sort()).toEqual([...hallMessages].sort());
    expect([quiz, otherQuiz]).toEqual(['["hello conference"]', '["hello rooms"]']);
  });
});

describe("the same server's dump, taken over once all that is forgotten", () => {
  beforeAll(async () => {
    await forgetRecorded(cloud.status.domain);
    report = await importHome(recordedDumpHere(machine.directory, "postgresql.sql"));
  });

  it("is on the server as the report says", () => {
    expect(report.form).toBe("dump of Openfire's PostgreSQL");
    expect(report.outcomes).toEqual({ imported: oldPeople.length });
    expect(report.kinds.filter(({ onServer, over }) => onServer !== null && onServer !== over)).toEqual([]);
  });

  it("lets everybody in with the old password, and keeps out whom it had locked out", async () => {
    expect(await loggedIn("SCRAM-SHA-1")).toEqual(allBy("SCRAM-SHA-1"));
    expect(await loggedIn("SCRAM-SHA-256")).toEqual(allBy("SCRAM-SHA-256", hashOnly));
  });

  it("has what was said in its room", async () => {
    const passwords = { romeo: oldPerson("romeo").password };
    const attempts = [
      ["romeo", "enters", "hall", "gehe1m ☃"],
      ["romeo", "reads", "hall"],
    ];
    const input = { domain: cloud.status.domain, passwords, attempts };
    const [, hall = ""] = (await ask(machine, "try-rooms.ts", input, 300_000)) as string[];
    expect((JSON.parse(hall) as string[]).sort()).toEqual([...hallMessages].sort());
  });
});

/** Requests to subscribe that were open when the server was filled, by who is asked. */
const requests: Readonly<Record<string, readonly string[]>> = {
  p06: ["p05@DOMAIN"],
  p07: ["p08@DOMAIN"],
  p08: ["p07@DOMAIN"],
  p09: ["p10@DOMAIN"],
  p12: ["p11@DOMAIN"],
};

/** What people try in rooms, and what comes of it. */
const rights: readonly (readonly [attempt: readonly string[], outcome: string])[] = [
  [["romeo", "enters", "hall", "gehe1m ☃"], "owner, moderator"],
  [["romeo", "configures", "hall"], "may"],
  [["juliet", "enters", "hall", "gehe1m ☃"], "admin, moderator"],
  [["juliet", "readsSubject", "hall"], "Thema ☺ 'one' & \\u0041"],
  [["juliet", "configures", "hall"], "forbidden"],
  [["juliet", "lists", "hall", "outcast"], "p02@DOMAIN"],
  [["juliet", "lists", "hall", "member"], "d\\27artagnan@DOMAIN p01@DOMAIN p34@DOMAIN p35@DOMAIN пётр@DOMAIN"],
  [["p34", "enters", "hall", "gehe1m ☃"], "member, participant"],
  [["p03", "lists", "hall", "outcast"], "forbidden"],
  [["p02", "enters", "hall", "gehe1m ☃"], "forbidden"],
  [["p03", "enters", "hall"], "not-authorized"],
  [["p03", "enters", "hall", "gehe1m ☃", "Pe Eins ☺"], "conflict"],
  [["p03", "enters", "hall", "gehe1m ☃"], "none, participant"],
  [["p03", "setsSubject", "hall", "from-the-test"], "heard"],
  [["p03", "finds", "hall"], "true"],
  [["p04", "enters", "silent"], "registration-required"],
  [["p04", "finds", "silent"], "false"],
  [["p03", "enters", "silent"], "member, participant"],
  [["p03", "reads", "silent"], "[]"],
  [["p03", "setsSubject", "silent", "from-the-test"], "forbidden"],
  [["romeo", "enters", "silent"], "owner, moderator"],
  [["juliet", "enters", "grüsse\\27n\\27küsse"], "owner, moderator"],
  [["juliet", "configures", "quiz-rooms"], "may"],
  [["romeo", "configures", "quiz-rooms"], "forbidden"],
];
