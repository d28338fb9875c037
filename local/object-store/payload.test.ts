import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { describe, expect, it } from "vitest";

import type { Authentication } from "./authenticate.ts";
import { readPayload } from "./payload.ts";

// The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
const example: Authentication = {
  key: { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", grants: [] },
  scope: { time: "20130524T000000Z", region: "us-east-1" },
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
};
const signatures = [
  "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
const chunk = (content: string, signature = "") =>
  `${content.length.toString(16)};chunk-signature=${signature}\r\n${content}${content === "" ? "" : "\r\n"}`;
const framed = ["a".repeat(65536), "a".repeat(1024), ""].map((part, index) => chunk(part, signatures[index])).join("");
const length = { "x-amz-decoded-content-length": "66560" };

/** In pieces of `size` bytes, as a network may bring it. */
function inPieces(content: string, size = 1000): Readable {
  const bytes = Buffer.from(content);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Readable.from(pieces);
}

describe("a body that is signed in parts", () => {
  it.each([997, 30_000, 100_000])("loses its framing, however it arrives (%i bytes at a time)", async (size) => {
    const content = await buffer(readPayload(inPieces(framed, size), length, example));
    expect(content.equals(Buffer.from("a".repeat(66560)))).toBe(true);
  });

  it.each([
    ["a changed byte", framed.replace("aaaa", "aaab"), "The signature of a part is wrong"],
    ["no end", framed.slice(0, framed.lastIndexOf("0;chunk-signature")), "66560 bytes of 66560 have arrived"],
    ["an end too early", chunk("", signatures[0]), "The signature of a part is wrong"],
    ["no framing", "a".repeat(66560), "not framed as aws-chunked"],
  ])("fails for %s", async (_what, body, reason) => {
    await expect(buffer(readPayload(inPieces(body), length, example))).rejects.toThrow(reason);
  });

  it("may be unsigned, with a checksum at its end", async () => {
    const unsigned = { ...example, payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
    const body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    const content = readPayload(inPieces(body, 3), { "x-amz-decoded-content-length": "5" }, unsigned);
    expect((await buffer(content)).toString()).toBe("hello");
    const short = readPayload(inPieces(body), { "x-amz-decoded-content-length": "6" }, unsigned);
    await expect(buffer(short)).rejects.toThrow("5 bytes of 6 have arrived");
  });
});

describe("a body that is signed as a whole", () => {
  const hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  it("must have the hash that was signed, and its Content-MD5", async () => {
    const signed = { ...example, payloadHash: hash };
    const read = (content: string, headers = {}) => buffer(readPayload(inPieces(content), headers, signed));
    expect((await read("hello", { "content-md5": "XUFAKrxLKna5cZ2REBfFkg==" })).toString()).toBe("hello");
    await expect(read("hallo")).rejects.toThrow("does not match x-amz-content-sha256");
    await expect(read("hello", { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" })).rejects.toThrow("Content-MD5");
  });

  it("fails when it is cut off", async () => {
    const cut = Readable.from(
      (async function* () {
        yield Buffer.from("hel");
        await Promise.reject(new Error("aborted"));
      })(),
    );
    const unsigned = { ...example, payloadHash: "UNSIGNED-PAYLOAD" };
    await expect(buffer(readPayload(cut, {}, unsigned))).rejects.toThrow("aborted");
  });
});
