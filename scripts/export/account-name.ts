/**
 * The user part of an account's JID, from what an operator typed: `romeo` or `romeo@<domain>`. Throws for another domain and
 * for what cannot be a user part (RFC 7622, section 3.3).
 */
export function accountName(typed: string, domain: string): string {
  const at = typed.lastIndexOf("@");
  const host = at === -1 ? domain : typed.slice(at + 1);
  if (host !== domain) throw new Error(`--user: ${typed} has no account here; the network's domain is ${domain}.`);
  const name = (at === -1 ? typed : typed.slice(0, at)).normalize("NFC").toLowerCase();
  const isTooLong = Buffer.byteLength(name) > 1023;
  if (name === "" || isTooLong || /["&'/:<>@\s\p{Cc}]/u.test(name)) {
    throw new Error(`--user: ${JSON.stringify(typed)} is no user part of a JID.`);
  }
  return name;
}
