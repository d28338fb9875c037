import { randomInt } from "node:crypto";
import { appendFileSync, closeSync, openSync } from "node:fs";

/** List of new passwords of people whose old ones do not come over, a line each: bare JID, tab, password. Disposing it closes the file. */
export interface FirstPasswords extends Disposable {
  /** Makes a password for a bare JID, and gives it once it is in the file. */
  add(jid: string): string;
}

/** Begins the list in a new file that nobody but its owner can read. Throws where there is a file of that name. */
export function newFirstPasswords(file: string): FirstPasswords {
  const descriptor = openSync(file, "wx", 0o600);
  return {
    add: (jid) => {
      const password = Array.from({ length }, () => signs[randomInt(signs.length)]).join("");
      appendFileSync(descriptor, `${jid}\t${password}\n`);
      return password;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** 80 bits. */
const length = 16;
/** Letters and digits that nobody takes for another one. */
const signs = "abcdefghijkmnpqrstuvwxyz23456789";
