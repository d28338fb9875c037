import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { packText, unpackText } from "./packed-text.ts";

const text = JSON.stringify({ files: [{ path: "/etc/ä", content: "x\n".repeat(5000) }] });

describe("a packed text", () => {
  it("is given back by the programs of every Debian, and by this one", () => {
    const packed = packText(text);
    expect(execFileSync("sh", ["-c", "base64 -d | gunzip"], { input: packed, encoding: "utf8" })).toBe(text);
    expect(unpackText(packed)).toBe(text);
    expect(packed.length).toBeLessThan(text.length / 10);
  });

  it("stays in the form that another zlib gave it, for as long as it is the same text", () => {
    const another = gzipSync(text, { level: 1 }).toString("base64");
    expect(another).not.toBe(packText(text));
    expect(packText(text, another)).toBe(another);
    expect(unpackText(packText(`${text} `, another))).toBe(`${text} `);
  });

  it.each([text, undefined, 7, "", "H4sIdamaged"])("is made anew after what is none: %.20s", (before) => {
    expect(packText(text, before)).toBe(packText(text));
  });
});

it("a text of an earlier version, which was not packed, is given as it is, and a damaged one not at all", () => {
  expect([unpackText(text), unpackText(""), unpackText("H4sIdamaged")]).toEqual([text, "", undefined]);
});
