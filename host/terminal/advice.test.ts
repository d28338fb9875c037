import { describe, expect, it } from "vitest";
import { localCommandLine, networkCommandLine, pulumiCommandLine, withWholeCommands } from "./advice.ts";

const runSix = { stack: "local", runNumber: 6 };

describe("a command line that a message names", () => {
  it("holds the options that name another run than the first", () => {
    expect(networkCommandLine("rebuild", runSix, "--to", "2026-11-22T10:00:00Z")).toBe(
      "npm run rebuild -- --stack local --run 6 --to 2026-11-22T10:00:00Z",
    );
    expect(pulumiCommandLine(runSix, "cancel")).toBe("npm run pulumi -- cancel --stack local --run 6");
    expect(localCommandLine(6, "up")).toBe("npm run local -- up --run 6");
    expect(localCommandLine(6, "ssh", "xmpp1")).toBe("npm run local -- ssh xmpp1 --run 6");
  });

  it("is short for the first run, and for a stack in no local cloud", () => {
    expect(localCommandLine(1, "up")).toBe("npm run local");
    expect(localCommandLine(1, "down")).toBe("npm run local -- down");
    expect(networkCommandLine("backup", { stack: "local", runNumber: 1 })).toBe("npm run backup -- --stack local");
    expect(pulumiCommandLine({ stack: "acme/imera/prod" }, "preview")).toBe(
      "npm run pulumi -- preview --stack acme/imera/prod",
    );
  });

  it("is made of a node's advice, which names no stack", () => {
    const said =
      "set imera:recovery and run 'pulumi up --refresh'; it's 'pulumi' that asks. 'pulumi config rm imera:recovery'";
    expect(withWholeCommands(said, runSix)).toBe(
      "set imera:recovery and run 'npm run pulumi -- up --refresh --stack local --run 6'; it's 'pulumi' that asks. " +
        "'npm run pulumi -- config rm imera:recovery --stack local --run 6'",
    );
  });

  it("names the stack in place of STACK", () => {
    expect(withWholeCommands("'npm run pulumi -- config set imera:recovery volume --stack STACK'", runSix)).toBe(
      "'npm run pulumi -- config set imera:recovery volume --stack local --run 6'",
    );
  });

  it("means to a shell what it says", () => {
    expect(pulumiCommandLine({ stack: "prod" }, "config", "set", "imera:nodes", '["it\'s"]')).toBe(
      `npm run pulumi -- config set imera:nodes '["it'\\''s"]' --stack prod`,
    );
  });
});
