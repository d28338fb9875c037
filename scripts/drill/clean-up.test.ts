import { describe, expect, it } from "vitest";
import { createCleanUp } from "./clean-up.ts";

describe("createCleanUp", () => {
  it("undoes the newest first, each once", async () => {
    const done: string[] = [];
    const cleanUp = createCleanUp();
    for (const what of ["cloud", "stack", "hosts"]) cleanUp.add(what, () => Promise.resolve(done.push(what)));
    await cleanUp.finish();
    await cleanUp.finish();
    expect(done).toEqual(["hosts", "stack", "cloud"]);
  });

  it("undoes the rest when one cannot be undone, and names that one", async () => {
    const done: string[] = [];
    const cleanUp = createCleanUp();
    cleanUp.add("the cloud", () => Promise.resolve(done.push("cloud")));
    cleanUp.add("the hosts", () => Promise.reject(new Error("the API does not answer")));
    await expect(cleanUp.finish()).rejects.toThrow("could not remove the hosts: the API does not answer");
    expect(done).toEqual(["cloud"]);
  });
});
