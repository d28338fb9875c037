/** Names of accounts, contacts and rooms as the server prepares them (RFC 6122): by nodeprep and nameprep. */
export interface Names {
  /** Bare JID, prepared; undefined where the server refuses it. A resource of the given one is dropped. */
  jid(raw: string): string | undefined;
  /** Local part, prepared; undefined where the server refuses it. */
  local(raw: string): string | undefined;
}

/** Asks whoever knows for names that are not plain ASCII: prepared bare JIDs or local parts, in the order asked; null: refused. */
export type Prepare = (names: readonly string[]) => Promise<readonly (string | null)[]>;

/**
 * Makes a {@link Names} out of the answers about those of `raws` that have other letters than ASCII. All others are known without
 * asking. `raws` holds bare or full JIDs, and local parts.
 */
export async function preparedNames(raws: Iterable<string>, prepare: Prepare): Promise<Names> {
  const answers = new Map<string, string | undefined>();
  let batch: string[] = [];
  const ask = async () => {
    const prepared = await prepare(batch);
    for (const [index, name] of batch.entries()) answers.set(name, prepared[index] ?? undefined);
    batch = [];
  };
  for (const raw of raws) {
    const bare = bareOf(raw);
    if (isAscii.test(bare) || answers.has(bare)) continue;
    answers.set(bare, undefined);
    batch.push(bare);
    if (batch.length === batchSize) await ask();
  }
  if (batch.length > 0) await ask();
  const known = (name: string, ascii: (name: string) => string | undefined) =>
    isAscii.test(name) ? ascii(name) : answers.get(name);
  return { jid: (raw) => known(bareOf(raw), asciiJid), local: (raw) => known(raw.trim(), asciiLocal) };
}

const batchSize = 500;
const isAscii = /^[\0-\x7f]*$/;
// What nodeprep prohibits of ASCII (RFC 6122, appendix A.5), with the control characters.
const plainLocal = /^[^\0-\x20"&'/:<>@\x7f]{1,1023}$/;
const plainDomain = /^(?=.{1,1023}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i;

function bareOf(raw: string): string {
  return raw.trim().split("/", 1)[0] ?? "";
}

function asciiLocal(name: string): string | undefined {
  return plainLocal.test(name) ? name.toLowerCase() : undefined;
}

function asciiJid(bare: string): string | undefined {
  const at = bare.indexOf("@");
  const [local, domain] = at === -1 ? [undefined, bare] : [bare.slice(0, at), bare.slice(at + 1)];
  if (!plainDomain.test(domain)) return undefined;
  const host = domain.toLowerCase().replace(/\.$/, "");
  if (local === undefined) return host;
  const prepared = asciiLocal(local);
  return prepared === undefined ? undefined : `${prepared}@${host}`;
}
