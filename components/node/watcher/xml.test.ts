import { expect, it } from "vitest";
import { nodePython } from "../../testing/node-python.ts";

const parsing = `
from watcher.failure import Failed
from watcher.xmpp.stream_parser import StreamParser
found = []
for chunks in json.load(sys.stdin):
    parser = StreamParser()
    try:
        found.append([element.tag for chunk in chunks for element in parser.feed(chunk.encode() * (20000 if chunk == "<a>" else 1))])
    except Failed as failure:
        found.append(str(failure))
print(json.dumps(found))
`;

const open = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const parse = (...streams: readonly (readonly string[])[]) => nodePython(parsing, streams) as unknown[];

it("reads elements as they come, whatever the pieces", () => {
  const [whole, pieces] = parse([`${open}<iq id='1'/><message><body>ä</body></message>`], Array.from(`${open}<iq/>`));
  expect(whole).toEqual(["{jabber:client}iq", "{jabber:client}message"]);
  expect(pieces).toEqual(["{jabber:client}iq"]);
});

it("refuses what XMPP forbids, and what has no end", () => {
  const refusals = parse(
    ["<!DOCTYPE a [<!ENTITY b 'c'>]>", open],
    [open, "<iq><!-- x --></iq>"],
    [open, "<?php x?>"],
    [open, "<iq></message>"],
    [open, "<iq>", "x".repeat(600_000), "x".repeat(600_000)],
    [open, "<a>"],
  );
  expect(refusals).toEqual([
    expect.stringContaining("forbids"),
    expect.stringContaining("forbids"),
    expect.stringContaining("forbids"),
    expect.stringContaining("no XML"),
    expect.stringContaining("without an end"),
    expect.stringMatching(/64 deep|without an end/),
  ]);
});

it("has the keys of RFC 7677's example, and takes no server that does not know the password", () => {
  const program = `
from watcher.failure import Failed
from watcher.xmpp.scram import Scram
login = Scram("SCRAM-SHA-256", "user", "pencil")
login._nonce, login._first = "rOprNGfwEbeRWgbNEkqO", "n=user,r=rOprNGfwEbeRWgbNEkqO"
challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
answer = login.final(challenge).decode()
login.check(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
refusals = []
for attempt in (lambda: login.check(b"v=AAAA"), lambda: login.check(b""), lambda: login.final(b"r=other,s=AAAA,i=4096"), lambda: login.final(b"r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=99999999")):
    try: attempt()
    except Failed as failure: refusals.append(str(failure))
print(json.dumps([answer, len(refusals)]))
`;
  expect(nodePython(program, null)).toEqual([
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    4,
  ]);
});
