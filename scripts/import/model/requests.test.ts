import { expect, it } from "vitest";
import { oldServer } from "../testing/old-server.ts";
import { readPeople } from "../testing/read-people.ts";
import { openSource } from "../sources/open-source.ts";
import type { Contact } from "./contacts.ts";

/** Each way in which a row of a roster may be: subscription, request that was sent, request that came. */
const sides = [0, 1, 2, 3].flatMap((sub) =>
  [-1, 0, 1].flatMap((ask) => [-1, 1, 2].map((recv) => ({ sub, ask, recv }))),
);
const pairs = sides.flatMap((one) => sides.map((other) => ({ one, other })));

/** What a side has of the other one: who sees whom, who asks whom. */
function relation(contact: Contact | undefined) {
  const { subscription, ask } = contact ?? { subscription: "N", ask: "N" };
  return {
    sees: ["T", "B"].includes(subscription),
    isSeen: ["F", "B"].includes(subscription),
    asks: ["O", "B"].includes(ask),
    isAsked: ["I", "B"].includes(ask),
  };
}

it("gives two people of the same server rosters that agree, whatever each of their rows says", async () => {
  const name = (side: string, index: number) => `${side}${index}`;
  const row = (index: number, side: string, other: string, state: object) => ({
    ...{ rosterID: index * 2 + (side === "a" ? 0 : 1), username: name(side, index), nick: null },
    ...{ jid: `${name(other, index)}@old.test`, ...state },
  });
  using source = await openSource(
    oldServer({
      ofProperty: [{ name: "xmpp.domain", propValue: "old.test", encrypted: 0, iv: null }],
      ofUser: pairs.flatMap((_, index) => ["a", "b"].map((side) => ({ username: name(side, index) }))),
      ofRoster: pairs.flatMap(({ one, other }, index) => [row(index, "a", "b", one), row(index, "b", "a", other)]),
    }),
  );
  const { people } = await readPeople(source);
  const wrong = pairs.flatMap(({ one, other }, index) => {
    const of = (side: string, to: string) =>
      relation(people.get(name(side, index))?.contacts.find(({ jid }) => jid === `${name(to, index)}@new.test`));
    const [a, b] = [of("a", "b"), of("b", "a")];
    const isAgreed = a.sees === b.isSeen && b.sees === a.isSeen && a.asks === b.isAsked && b.asks === a.isAsked;
    // Who sees somebody has nothing left to ask for.
    const isOpen = !(a.asks && a.sees) && !(b.asks && b.sees);
    return isAgreed && isOpen ? [] : [JSON.stringify({ one, other, a, b })];
  });
  expect(wrong.slice(0, 5), `${wrong.length} of ${pairs.length}`).toEqual([]);
});
