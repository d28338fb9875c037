import { describe, expect, it } from "vitest";

import { authenticate } from "./authenticate.ts";
import { S3Error } from "./errors.ts";
import type { SignableRequest } from "./signature.ts";

// The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
const accessKey = "AKIAIOSFODNN7EXAMPLE";
const example = { accessKey, secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", grants: [] };
const findKey = (id: string) => (id === accessKey ? example : undefined);
const now = new Date("2013-05-24T00:00:00Z");
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const credential = `${accessKey}/20130524/us-east-1/s3/aws4_request`;
const host = "examplebucket.s3.amazonaws.com";

function signed(request: Partial<SignableRequest>, names: string, signature: string): SignableRequest {
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${names},Signature=${signature}`;
  const headers = { host, "x-amz-date": "20130524T000000Z", "x-amz-content-sha256": emptyHash, ...request.headers };
  return { method: "GET", path: "/", query: [], ...request, headers: { ...headers, authorization } };
}

const getObject = signed(
  { path: "/test.txt", headers: { range: "bytes=0-9" } },
  "host;range;x-amz-content-sha256;x-amz-date",
  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
);

describe("AWS's examples are let in:", () => {
  it.each([
    ["GET of an object", getObject],
    [
      "PUT of an object",
      signed(
        {
          method: "PUT",
          path: "/test$file.text",
          headers: {
            date: "Fri, 24 May 2013 00:00:00 GMT",
            "x-amz-storage-class": "REDUCED_REDUNDANCY",
            "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
          },
        },
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
      ),
    ],
    [
      "GET of a bucket's lifecycle",
      signed(
        { query: [["lifecycle", ""]] },
        "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
      ),
    ],
    [
      "GET of a bucket's objects",
      signed(
        {
          query: [
            ["prefix", "J"],
            ["max-keys", "2"],
          ],
        },
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
      ),
    ],
  ])("%s", (_what, request) => {
    expect(authenticate(request, findKey, now).key).toBe(example);
  });

  it("a presigned URL, until it expires", () => {
    expect(authenticate(presigned, findKey, new Date("2013-05-24T23:59:59Z")).key).toBe(example);
    expect(codeOf(presigned, new Date("2013-05-25T00:00:01Z"))).toBe("AccessDenied");
  });
});

const presigned: SignableRequest = {
  method: "GET",
  path: "/test.txt",
  query: [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", credential],
    ["X-Amz-Date", "20130524T000000Z"],
    ["X-Amz-Expires", "86400"],
    ["X-Amz-SignedHeaders", "host"],
    ["X-Amz-Signature", "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"],
  ],
  headers: { host },
};

describe("refused are", () => {
  it.each([
    ["another method", { ...getObject, method: "DELETE" }, "SignatureDoesNotMatch"],
    ["another path", { ...getObject, path: "/test.txx" }, "SignatureDoesNotMatch"],
    ["a parameter more", { ...getObject, query: [["versionId", "1"]] as const }, "SignatureDoesNotMatch"],
    ["another signed header", withHeader("range", "bytes=0-99"), "SignatureDoesNotMatch"],
    ["another content", withHeader("x-amz-content-sha256", "0".repeat(64)), "SignatureDoesNotMatch"],
    ["no signature", { ...getObject, headers: { host } }, "AccessDenied"],
    ["another scheme", withHeader("authorization", "AWS AKIA:signature"), "InvalidRequest"],
    ["a credential of another day", withHeader("x-amz-date", "20130525T000000Z"), "RequestTimeTooSkewed"],
  ])("%s", (_what, request, code) => {
    expect(codeOf(request, now)).toBe(code);
  });

  it("an unknown key, and a request of a quarter of an hour ago", () => {
    expect(codeOf(getObject, now, () => undefined)).toBe("InvalidAccessKeyId");
    expect(codeOf(getObject, new Date("2013-05-24T00:15:01Z"))).toBe("RequestTimeTooSkewed");
  });

  it("a request whose host is not signed", () => {
    const headers = {
      ...getObject.headers,
      authorization: (getObject.headers["authorization"] ?? "").replace("host;", ""),
    };
    expect(codeOf({ ...getObject, headers }, now)).toBe("AccessDenied");
  });
});

function withHeader(name: string, value: string): SignableRequest {
  return { ...getObject, headers: { ...getObject.headers, [name]: value } };
}

function codeOf(request: SignableRequest, at: Date, find: typeof findKey = findKey): string {
  try {
    authenticate(request, find, at);
    return "let in";
  } catch (error) {
    if (error instanceof S3Error) return error.code;
    throw error;
  }
}
