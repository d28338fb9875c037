import { describe, expect, it } from "vitest";
import { needsStack, onlyReads, pulumiArguments, refuseForLocalCloud, withRefresh } from "./pulumi-arguments.ts";

const parsed = (line: string) => pulumiArguments(line.split(" "));

describe("pulumiArguments", () => {
  it.each([
    ["up --stack local --run 6 --yes", "up --stack local --yes"],
    ["up --run=6 --stack=local", "up --stack=local"],
    ["--run 6 -s local up", "-s local up"],
  ])("takes the run out of %s, and leaves the rest as it is", (line, args) => {
    expect(parsed(line)).toMatchObject({ args: args.split(" "), command: "up", stack: "local", run: 6 });
  });

  it("leaves what comes after -- alone", () => {
    expect(parsed("config set --stack prod imera:x -- --run")).toMatchObject({
      args: ["config", "set", "--stack", "prod", "imera:x", "--", "--run"],
      run: undefined,
    });
  });

  it.each(["--color never -C /tmp stack -s prod output nodes", "-v 9 stack output nodes --stack prod"])(
    "finds command and subcommand in %s",
    (line) => {
      expect(parsed(line)).toMatchObject({ command: "stack", subcommand: "output", stack: "prod" });
    },
  );

  it.each(["up --stack local --run 0", "up --stack local --run six", "up --run=255", "up --run"])(
    "refuses %s",
    (line) => {
      expect(() => parsed(line)).toThrow(/^--run: /);
    },
  );

  it("refuses --stack without a name", () => {
    expect(() => parsed("up --stack")).toThrow("--stack: its value is missing");
  });
});

describe("withRefresh", () => {
  it.each([
    ["up --stack prod", "up --stack prod --refresh"],
    ["-s prod update --yes -- x", "-s prod update --yes --refresh -- x"],
    ["up --refresh=false", "up --refresh=false"],
    ["up -r", "up -r"],
    ["preview --stack prod", "preview --stack prod"],
  ])("makes of %s: %s", (line, args) => {
    expect(withRefresh(parsed(line)).join(" ")).toBe(args);
  });
});

describe("needsStack", () => {
  it.each(["up", "preview --diff", "config set imera:x 1", "stack", "stack output", "stack --show-urns", "cancel"])(
    "is true of %s",
    (line) => expect(needsStack(parsed(line))).toBe(true),
  );

  it.each(["login s3://b", "whoami", "stack ls", "stack init prod", "stack select prod", "version", "--help", "about"])(
    "is false of %s",
    (line) => expect(needsStack(parsed(line))).toBe(false),
  );
});

describe("onlyReads", () => {
  it.each(["config", "config get imera:x", "stack output", "stack --show-urns", "stack export", "about"])(
    "is true of %s",
    (line) => expect(onlyReads(parsed(line))).toBe(true),
  );

  it.each(["up", "preview", "refresh", "destroy", "config set imera:x 1", "config rm imera:x", "state delete URN"])(
    "is false of %s",
    (line) => expect(onlyReads(parsed(line))).toBe(false),
  );
});

describe("refuseForLocalCloud", () => {
  it.each([
    "stack rm",
    "stack init local",
    "stack rename x",
    "stack change-secrets-provider passphrase",
    "down --remove",
  ])("refuses %s, which would touch the repository's Pulumi.local.yaml", (line) => {
    expect(() => refuseForLocalCloud(parsed(line), "npm run local -- down --run 6")).toThrow(
      /Pulumi\.local\.yaml.*npm run local -- down --run 6/s,
    );
  });

  it.each(["stack", "stack output", "stack import --file f", "destroy --yes", "config rm --path imera:x"])(
    "lets %s through",
    (line) => expect(() => refuseForLocalCloud(parsed(line), "")).not.toThrow(),
  );
});
