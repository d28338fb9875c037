import { afterEach, describe, expect, it } from "vitest";
import { oldServer, type OldRows } from "../testing/old-server.ts";
import { readPeople } from "../testing/read-people.ts";
import { openSource, type OpenedSource } from "../sources/open-source.ts";
import { sharedGroupsOf, type SharedGroup } from "./shared-groups.ts";

const opened: OpenedSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source[Symbol.dispose]();
});

/** Reads the groups of a server; each has its own name as its only member. */
async function groups(properties: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const names = Object.keys(properties);
  const rows: Readonly<Record<string, OldRows>> = {
    ofUser: names.map((name) => ({ username: name.toLowerCase(), plainPassword: "secret" })),
    ofGroup: names.map((groupName) => ({ groupName, description: null })),
    ofGroupUser: names.map((groupName) => ({ groupName, username: groupName.toLowerCase(), administrator: 0 })),
    ofGroupProp: names.flatMap((groupName) =>
      Object.entries(properties[groupName] ?? {}).map(([name, propValue]) => ({
        groupName,
        name: `sharedRoster.${name}`,
        propValue,
      })),
    ),
  };
  const source = await openSource(oldServer(rows));
  opened.push(source);
  const { source: read } = await readPeople(source);
  const found = sharedGroupsOf(read.copy, read.move, (user) => read.residents.has(user), read.tally);
  const nameOf = (id: string) => found.find((each) => each.id === id)?.name ?? id;
  return {
    found,
    tally: read.tally,
    shown: Object.fromEntries(found.map(({ name, shown }: SharedGroup) => [name, shown.map(nameOf).sort()])),
  };
}

describe("shared groups", () => {
  it("are shown to their own members, and both ways to those of the groups that they name", async () => {
    const { shown, tally } = await groups({
      Own: { showInRoster: "onlyGroup", displayName: "Ours" },
      Sales: { showInRoster: "onlyGroup", displayName: "S", groupList: "Crew, Nobody's" },
      Crew: { showInRoster: "nobody", displayName: "C" },
    });
    expect(shown).toEqual({ Crew: ["Sales"], Own: ["Own"], Sales: ["Crew", "Sales"] });
    expect(tally.counts.get("groups")).toMatchObject({ found: 2, over: 2, changed: 1, lost: 0 });
  });

  it("are shown to everybody where they were", async () => {
    const { found, shown } = await groups({ Help: { showInRoster: "everybody", displayName: "Help" } });
    const all = found.find(({ hasEverybody }) => hasEverybody);
    expect(shown["Help"]).toEqual([all?.name, "Help"].sort());
    expect(all).toMatchObject({ members: [], isShared: false, shown: [found[0]?.id] });
  });

  it("are none without a name for rosters, or where nobody is shown", async () => {
    const { found } = await groups({
      Silent: { showInRoster: "everybody", displayName: " " },
      Hidden: { showInRoster: "nobody", displayName: "Hidden" },
      Plain: {},
    });
    expect(found).toEqual([]);
  });

  it("have identifiers of their own where names differ in case, or are of other letters", async () => {
    const shared = { showInRoster: "onlyGroup", displayName: "X" };
    const { found } = await groups({ Crew: shared, crew: shared, "Crew ☺": shared });
    expect(new Set(found.map(({ id }) => id.toLowerCase())).size).toBe(3);
    expect(found.every(({ id }) => /^[a-z0-9-]+$/.test(id))).toBe(true);
  });
});
