import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refuseExistingSecrets, refuseName } from "./preconditions.ts";

describe("refuseName", () => {
  it("keeps the local clouds' stack, and its file in the repository", () => {
    expect(() => refuseName("local")).toThrow(/Pulumi\.local\.yaml.*Nothing was changed/);
  });

  it.each(["my_net", "prod.eu", "Prod", "a".repeat(60), "../q", "local.x"])(
    "refuses %s, and says what to take",
    (name) => {
      expect(() => refuseName(name)).toThrow(/cannot be the name of a stack: .*such as prod\. .*Nothing was changed/);
    },
  );

  it("says how an organisation is chosen", () => {
    expect(() => refuseName("acme/prod")).toThrow("npm run pulumi -- org set-default");
  });

  it("takes others", () => {
    for (const name of ["prod", "locals", "chat-2"]) expect(() => refuseName(name)).not.toThrow();
  });
});

describe("refuseExistingSecrets", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "imera-stack-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("refuses a file with secrets, and says how to go on with them", () => {
    writeFileSync(join(folder, "Pulumi.a.yaml"), "config:\n  imera:adminPassword:\n    secure: v1:abc\n");
    expect(() => refuseExistingSecrets(folder, "a")).toThrow(/already has encrypted settings.*preview --stack a/);
  });

  it("takes a file without secrets, such as the repository's, and no file", () => {
    writeFileSync(join(folder, "Pulumi.b.yaml"), "config:\n  imera:domain: example.org\n");
    for (const stack of ["b", "c"]) expect(() => refuseExistingSecrets(folder, stack)).not.toThrow();
  });
});
