/** Kinds of things that a report counts, in its order. */
export const kinds = {
  accounts: "accounts",
  passwords: "passwords",
  bans: "disabled accounts",
  contacts: "contacts",
  requests: "requests to subscribe",
  vcards: "vCards",
  private: "private storage",
  bookmarks: "bookmarked rooms",
  privacy: "privacy lists",
  offline: "waiting messages",
  nodes: "published items",
  lastSeen: "last seen",
  groups: "shared groups",
  rooms: "rooms",
  affiliations: "roles in rooms",
  nicknames: "reserved nicknames",
  roomMessages: "messages of rooms",
  messages: "messages of people",
} as const;

/** Kind of things that a report counts. */
export type Kind = keyof typeof kinds;

/** Counts of one kind. What was found comes over or is lost; what comes over may be changed. */
export interface KindCount {
  found: number;
  over: number;
  changed: number;
  lost: number;
  /** Number of things by what is said of them. */
  readonly reasons: Map<string, number>;
}

/** Counts of an import, and remarks on each person and room. */
export interface Tally {
  readonly counts: ReadonlyMap<Kind, KindCount>;
  /** Remarks by name of the person or room. */
  readonly remarks: ReadonlyMap<string, readonly string[]>;
  /** Counts things that come over as they are. */
  over(kind: Kind, number?: number): void;
  /** Counts one thing that comes over, but changed; `who` gets the remark. */
  changed(kind: Kind, reason: string, who?: string): void;
  /** Counts things that do not come over; `who` gets the remark. */
  lost(kind: Kind, reason: string, who?: string, number?: number): void;
  remark(who: string, text: string): void;
}

/** Makes a tally in which nothing is counted yet. */
export function newTally(): Tally {
  const counts = new Map<Kind, KindCount>();
  for (const kind of Object.keys(kinds) as Kind[]) {
    counts.set(kind, { found: 0, over: 0, changed: 0, lost: 0, reasons: new Map() });
  }
  const remarks = new Map<string, string[]>();
  const of = (kind: Kind) => counts.get(kind) ?? fail(kind);
  const remark = (who: string, text: string) => {
    const texts = remarks.get(who) ?? [];
    if (!texts.includes(text)) texts.push(text);
    remarks.set(who, texts);
  };
  const because = (kind: Kind, reason: string, who: string | undefined, number: number) => {
    const { reasons } = of(kind);
    reasons.set(reason, (reasons.get(reason) ?? 0) + number);
    if (who !== undefined) remark(who, `${kinds[kind]}: ${reason}`);
  };
  return {
    counts,
    remarks,
    over: (kind, number = 1) => {
      of(kind).found += number;
      of(kind).over += number;
    },
    changed: (kind, reason, who) => {
      of(kind).found++;
      of(kind).over++;
      of(kind).changed++;
      because(kind, reason, who, 1);
    },
    lost: (kind, reason, who, number = 1) => {
      of(kind).found += number;
      of(kind).lost += number;
      because(kind, reason, who, number);
    },
    remark,
  };
}

function fail(kind: string): never {
  throw new Error(`There is no kind ${kind}.`);
}
