import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { openSource } from "./open-source.ts";

/** Opens the first of these files, by name in one folder: it is refused. Resolves to the words. */
async function refusal(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = join(temporaryFolder("hostile"), "inner");
  mkdirSync(folder);
  writeFileSync(join(folder, "../outside.xml"), "<user xmlns='urn:xmpp:pie:0' name='thief'/>");
  symlinkSync("../outside.xml", join(folder, "link.xml"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  try {
    const source = await openSource(join(folder, Object.keys(files)[0] ?? ""));
    source[Symbol.dispose]();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("It was not refused.");
}

const own = (content: string | Buffer) =>
  Buffer.concat([Buffer.from("<Openfire>\n<User>"), Buffer.from(content), Buffer.from("</User>\n</Openfire>\n")]);
const portable = (content: string | Buffer) =>
  Buffer.concat([
    Buffer.from(
      "<server-data xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude'>\n<host jid='old.test'>\n<user name='a'>",
    ),
    Buffer.from(content),
    Buffer.from("</user>\n</host>\n</server-data>\n"),
  ]);
const bomb = `<!DOCTYPE Openfire [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n`;

describe.each([
  ["Openfire's own form", own, 2],
  ["XEP-0227", portable, 3],
])("an export in %s", (_, wrapped, line) => {
  it.each([
    ["an entity bomb", bomb, /line 1: it declares a document type/],
    ["an external entity", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n", /line 1: it declares a document type/],
    ["a document type without an end", `<!DOCTYPE a [${"x".repeat(1000)}`, /declares a document type|cut off|not well/],
  ])("with %s is refused", async (__, head, why) => {
    expect(await refusal({ "u.xml": Buffer.concat([Buffer.from(head), wrapped("<Username>&b;</Username>")]) })).toMatch(
      why,
    );
  });

  it.each([
    ["an entity that nobody declared", "<x>&b;</x>", /it is not well-formed XML \(.*entity/],
    ["crossing tags", "<x><y></x></y>", /it is not well-formed XML/],
    ["a NUL", "<x>\0</x>", /it is not well-formed XML/],
    ["a NUL by reference", "<x>&#0;</x>", /it is not well-formed XML/],
    ["an attribute twice", "<x a='1' a='2'/>", /it is not well-formed XML/],
    ["a prefix that nobody declared", "<p:x/>", /it is not well-formed XML/],
    ["broken quoting", "<x a='1/>", /it is not well-formed XML|ends before/],
    ["a thousand elements in one another", "<x>".repeat(1000) + "</x>".repeat(1000), /nested more than 200 deep/],
    ["a hundred thousand elements in one", "<y>" + "<x/>".repeat(100_001) + "</y>", /100000 elements/],
  ])("with %s is refused by line", async (__, content, why) => {
    const words = await refusal({ "u.xml": wrapped(content) });
    expect(words).toMatch(why);
    expect(words).toContain(`u.xml, line ${line}`);
    expect(words).toContain("Nothing was imported.");
  });

  it.each([
    ["a text", "x".repeat(100)],
    ["an attribute", `<x a='${"x".repeat(100)}`],
    ["a comment", `<!--${"x".repeat(100)}`],
  ])("with %s of megabytes without an end is refused, and not kept", async (__, start) => {
    const endless = Buffer.concat([Buffer.from(start), Buffer.alloc(17 * 1024 * 1024, "x")]);
    expect(await refusal({ "u.xml.gz": gzipSync(wrapped(endless), { level: 1 }) })).toMatch(
      /line \d: .*(has no end|Mi characters)/,
    );
  });

  it("that is cut off is refused, packed or not", async () => {
    const whole = wrapped("<Username>a</Username>");
    for (const length of [8, 30, whole.length - 3]) {
      expect(await refusal({ "u.xml": whole.subarray(0, length) })).toMatch(/cut off|not well-formed/);
    }
    const packed = gzipSync(whole);
    expect(await refusal({ "u.xml.gz": packed.subarray(0, packed.length - 12) })).toMatch(/damaged or cut off/);
  });

  it("in another encoding than it says is refused", async () => {
    expect(await refusal({ "u.xml": wrapped(Buffer.from("<x>M\xfcller</x>", "latin1")) })).toMatch(/it is not UTF-8/);
    const declared = Buffer.concat([Buffer.from("<?xml version='1.0' encoding='EBCDIC-XX'?>\n"), wrapped("<x/>")]);
    expect(await refusal({ "u.xml": declared })).toMatch(/encoding that is not known here, EBCDIC-XX/);
  });
});

describe("an export that includes other files", () => {
  const included = (href: string, more = "") =>
    portable("").toString().replace("<user name='a'></user>", `<xi:include href='${href}'${more}/>`);

  it.each([
    ["../outside.xml", "", /no file of its folder/],
    ["link.xml", "", /no file of its folder/],
    ["/etc/passwd", "", /not there|no file of its folder/],
    ["file:///etc/passwd", "", /no file of its folder/],
    ["http://127.0.0.1:9/", "", /no file of its folder/],
    ["nothing.xml", "", /which is not there/],
    ["u.xml", "", /includes this file again/],
    ["%zz", "", /which is not there/],
    ["note.txt", " parse='text'", /no XML file/],
    ["bomb.xml", "", /bomb\.xml, line 1: it declares a document type/],
    ["torn.xml", "", /torn\.xml, line 1: it ends before/],
  ])("is refused for %s", async (href, more, why) => {
    const words = await refusal({
      "u.xml": included(href, more),
      "bomb.xml": bomb,
      "torn.xml": "<user xmlns='urn:xmpp:pie:0' name='a'>",
    });
    expect(words).toMatch(why);
  });

  it("in a circle is refused", async () => {
    const words = await refusal({ "u.xml": included("b.xml"), "b.xml": included("u.xml") });
    expect(words).toMatch(/includes u\.xml, which includes this file again/);
  });
});
