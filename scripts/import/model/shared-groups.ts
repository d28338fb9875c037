import { createHash } from "node:crypto";
import type { Tally } from "../report/tally.ts";
import type { WorkingCopy } from "../sources/working-copy.ts";
import type { Move } from "./move.ts";

/** Group whose members other people have in their rosters. */
export interface SharedGroup {
  /** Identifier of ASCII: ejabberd makes one of names that differ in case alone. */
  readonly id: string;
  readonly name: string;
  /** Name that it has in rosters. */
  readonly label: string;
  readonly description: string;
  /** Prepared bare JIDs; empty for one that everybody is in. */
  readonly members: readonly string[];
  readonly hasEverybody: boolean;
  /** Whether its members are in rosters, or only see those of other groups. */
  readonly isShared: boolean;
  /** Identifiers of the groups whose members are in the rosters of this one's. */
  readonly shown: readonly string[];
}

/**
 * Gives the shared groups, and those that see one. Here whoever sees a group is seen by it: with one side alone, nobody would be shown
 * as online. `isPerson` says whether a local part is one of those who have an account afterwards.
 */
export function sharedGroupsOf(
  copy: WorkingCopy,
  move: Move,
  isPerson: (user: string) => boolean,
  tally: Tally,
): SharedGroup[] {
  const groups = copy.all("SELECT groupname, description FROM ofgroup ORDER BY groupname");
  const names = new Set(groups.map(({ groupname }) => groupname ?? ""));
  const shared = [...names].flatMap((name) => sharingOf(copy, name, names) ?? []);
  const shown = shownGroups(shared);
  const found = groups.flatMap(({ groupname, description }) => {
    const name = groupname ?? "";
    const own = shared.find((each) => each.name === name);
    if (!shown.has(name)) return [];
    const members = membersOf(copy, move, name, isPerson, tally);
    const options = { label: own?.label ?? name, description: description ?? "", shown: shown.get(name) ?? [] };
    return [{ id: idOf(name), name, members, hasEverybody: false, isShared: own !== undefined, ...options }];
  });
  for (const group of shared) countGroup(group, tally);
  const forAll = shown.get(everybody) ?? [];
  if (forAll.length === 0) return found;
  const all = { id: idOf(everybody), name: everybody, label: "everybody", description: "", members: [], shown: forAll };
  return [...found, { ...all, hasEverybody: true, isShared: false }];
}

/** Name of the group that everybody is in. Openfire has none of it, and takes no name that long. */
const everybody = "Everybody, who sees what an Openfire showed to everybody";

interface Sharing {
  readonly name: string;
  readonly label: string;
  /** Names of the groups whose members see it, its own among them. */
  readonly viewers: readonly string[];
}

function idOf(name: string): string {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `${words.slice(0, 40)}-${createHash("md5").update(name, "utf8").digest("hex").slice(0, 8)}`;
}

/** How a group is shared; undefined: it is not. */
function sharingOf(copy: WorkingCopy, name: string, names: ReadonlySet<string>): Sharing | undefined {
  const property = (key: string) =>
    copy.all("SELECT propvalue FROM ofgroupprop WHERE groupname = ? AND name = ?", name, `sharedRoster.${key}`)[0]?.[
      "propvalue"
    ] ?? "";
  const [shows, label] = [property("showInRoster"), property("displayName")];
  if (label.trim() === "" || (shows !== "everybody" && shows !== "onlyGroup")) return undefined;
  if (shows === "everybody") return { name, label, viewers: [name, everybody] };
  const listed = property("groupList")
    .split(",")
    .map((each) => each.trim());
  return { name, label, viewers: [...new Set([name, ...listed.filter((each) => names.has(each))])] };
}

/** Groups that each group's members see, both ways. */
function shownGroups(shared: readonly Sharing[]): Map<string, string[]> {
  const shown = new Map<string, Set<string>>();
  const show = (viewer: string, group: string) => shown.set(viewer, (shown.get(viewer) ?? new Set()).add(group));
  for (const { name, viewers } of shared) {
    for (const viewer of viewers) {
      show(viewer, name);
      show(name, viewer);
    }
  }
  return new Map([...shown].map(([name, groups]) => [name, [...groups].map(idOf).sort()]));
}

function membersOf(
  copy: WorkingCopy,
  move: Move,
  name: string,
  isPerson: (user: string) => boolean,
  tally: Tally,
): string[] {
  const rows = copy.all("SELECT DISTINCT username FROM ofgroupuser WHERE groupname = ?", name);
  const members = rows.flatMap(({ username }) => {
    const raw = username ?? "";
    const jid = move.jid(raw.includes("@") ? raw : `${raw}@${move.from}`);
    const [local = "", domain] = jid?.split("@") ?? [];
    if (jid !== undefined && (domain !== move.to || isPerson(local))) return [jid];
    tally.remark(name, `shared groups: ${raw} is in it and has no account`);
    return [];
  });
  return [...new Set(members)].sort();
}

function countGroup({ name, viewers }: Sharing, tally: Tally): void {
  if (viewers.length === 1) tally.over("groups");
  else tally.changed("groups", "whoever sees it is seen by it, too", name);
}
