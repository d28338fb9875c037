/** Person of the recorded server. */
export interface OldPerson {
  /** Name as whoever made the account typed it. */
  readonly typed: string;
  /** Local part that the old server made of it: prepared and escaped (XEP-0106). */
  readonly user: string;
  readonly password: string;
  readonly fullName: string;
}

/** Local part and password by name as typed: what letters and signs can do. */
const special: readonly (readonly [typed: string, user: string, password: string])[] = [
  ["romeo", "romeo", `it's 'plain' \\ "`],
  ["juliet", "juliet", "pässwörd Ж"],
  ["d'artagnan", "d\\27artagnan", "three \\u0041 four"],
  ["space cadet", "space\\20cadet", "  blanks around  "],
  ["at@sign", "at\\40sign", "a:b@c/d"],
  ["Grüße", "grüsse", "Grüße"],
  ["ελένη", "ελένη", "κωδικός"],
  ["Пётр", "пётр", "пароль"],
  ["日本語", "日本語", "パスワード"],
  ["عربي", "عربي", "كلمة"],
  ["back\\u0041slash", "back\\u0041slash", "\\u0041\\\\u"],
  ["back\\27slash", "back\\5c27slash", "per%cent %41 + &amp; <tag>"],
  ["dots.and-dash_es~", "dots.and-dash_es~", "🔑 clé"],
  ["percent%41&co", "percent%41\\26co", "-"],
  ["ﬁsh", "fish", "ﬁve"],
  ["a\u030angstro\u0308m", "ångström", "no\u00a0break"],
  ["n0-12345", "n0-12345", "0"],
  ["null", "null", "NULL"],
  ["fifty-five", "fifty-five", "0123456789".repeat(5).concat("abcde")],
];

/** The sixty people of the recorded server, but its administrator. */
export const oldPeople: readonly OldPerson[] = [
  ...special.map(([typed, user, password]) => ({ typed, user, password, fullName: `${typed} ☺ "Full" O'Name` })),
  ...Array.from({ length: 60 - special.length }, (_, index) => {
    const user = `p${String(index + 1).padStart(2, "0")}`;
    return { typed: user, user, password: `secret ${index + 1} é`, fullName: `Person ${index + 1}` };
  }),
];

/** Those whose accounts were disabled. */
export const lockedOut: readonly string[] = ["p30"];

/** Those of whom the server keeps a hash of the password alone. */
export const hashOnly: readonly string[] = ["p32", "p33"];

/** Gives a person of the recorded server by local part. */
export function oldPerson(user: string): OldPerson {
  const person = oldPeople.find((each) => each.user === user);
  if (person === undefined) throw new Error(`Nobody is called ${user}.`);
  return person;
}
