import { describe, expect, it } from "vitest";
import { explain } from "../../host/terminal/explain.ts";
import { removeAtEnd } from "./clean-up.ts";

describe("removeAtEnd", () => {
  it("removes the newest first, each once", async () => {
    const done: string[] = [];
    const cleanUp = new AsyncDisposableStack();
    for (const what of ["cloud", "stack", "hosts"]) removeAtEnd(cleanUp, what, () => Promise.resolve(done.push(what)));
    await cleanUp.disposeAsync();
    await cleanUp.disposeAsync();
    expect(done).toEqual(["hosts", "stack", "cloud"]);
  });

  it("removes the rest when some cannot be removed, and names each of those", async () => {
    const done: string[] = [];
    const cleanUp = new AsyncDisposableStack();
    const fail = (why: string) => () => Promise.reject(new Error(why));
    removeAtEnd(cleanUp, "the cloud", () => Promise.resolve(done.push("cloud")));
    removeAtEnd(cleanUp, "the claim", fail("the disk is full"));
    removeAtEnd(cleanUp, "the stack", fail("it is locked"));
    removeAtEnd(cleanUp, "the hosts", fail("the API does not answer"));
    const told = await cleanUp.disposeAsync().then(() => "nothing", explain);
    expect(told.split("\n")).toEqual([
      "could not remove the hosts: the API does not answer",
      "could not remove the stack: it is locked",
      "could not remove the claim: the disk is full",
    ]);
    expect(done).toEqual(["cloud"]);
  });
});
