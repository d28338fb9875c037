import { describe, expect, it } from "vitest";
import { nodeNamed } from "./node-named.ts";
import { sshArguments } from "./ssh-arguments.ts";

const parsed = (line: string) => sshArguments(line.split(" "));

describe("sshArguments", () => {
  it.each(["--stack local --run 6 xmpp1 ls -l --run", "xmpp1 --run=6 --stack=local ls -l --run"])(
    "takes its options before the command in %s, and leaves the command's alone",
    (line) => {
      expect(parsed(line)).toEqual({ stack: "local", run: 6, node: "xmpp1", command: ["ls", "-l", "--run"] });
    },
  );

  it("means a shell on the first node where neither is named", () => {
    expect(parsed("--stack prod")).toEqual({ stack: "prod", run: undefined, node: undefined, command: [] });
  });

  it("takes a command behind --", () => {
    expect(parsed("--stack prod xmpp1 -- -odd")).toMatchObject({ node: "xmpp1", command: ["-odd"] });
  });

  it.each([
    ["xmpp1", /Which stack/],
    ["--stack", /--stack: its value is missing/],
    ["--stack prod -l xmpp1", /-l is no option/],
    ["--stack local --run 0", /1 to 254/],
  ])("refuses %s", (line, message) => {
    expect(() => parsed(line)).toThrow(message);
  });
});

describe("nodeNamed", () => {
  const nodes = [{ name: "xmpp1.example.org" }, { name: "xmpp2.example.org" }];

  it.each([
    ["xmpp2", 1],
    ["xmpp2.example.org", 1],
    ["XMPP2.Example.org.", 1],
    [undefined, 0],
  ])("finds %s", (name, place) => expect(nodeNamed(name, nodes)).toBe(nodes[place]));

  it("names the nodes that there are", () => {
    expect(() => nodeNamed("journalctl", nodes)).toThrow("There is no node journalctl. The network has: xmpp1, xmpp2");
  });
});
