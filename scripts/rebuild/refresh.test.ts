import { describe, expect, it } from "vitest";
import { describeGone, goneResources } from "./refresh.ts";
import { recordedRun } from "./testing/recorded.ts";

describe("goneResources", () => {
  it("names what a recorded refresh found gone, in plain words", () => {
    const gone = goneResources(recordedRun("refresh").events);
    expect(gone.map(({ name }) => name).toSorted()).toEqual([
      "imera-xmpp1-attachment",
      "imera-xmpp1-data",
      "imera-xmpp1-droplet",
    ]);
    expect(describeGone(gone)).toContain("droplet (imera-xmpp1-droplet)");
  });

  it("says so when nothing is", () => {
    expect(describeGone([])).toMatch(/^Nothing is gone since the last look/);
  });
});
