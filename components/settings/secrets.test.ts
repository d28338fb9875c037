import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { generateStackSecrets } from "./new-secrets.ts";
import { hasForm, nodeSecretNames, secrets, secretSettingNames, stackSecretNames } from "./secrets.ts";

describe("patterns of secrets", () => {
  const { secret } = generateStackSecrets();

  it.each(stackSecretNames)("take the %s that is made", (name) => {
    expect(hasForm(secrets[name], secret[name])).toBe(true);
  });

  it.each(Object.entries(secrets))("judge %s alike in the program and on the node", (_name, { pattern }) => {
    const values = [...awkwardValues(), "https://hc-ping.com/a-Ping_key.1", ...Object.values(secret)];
    const here = values.map((value) => hasForm({ pattern }, value));
    expect(here).toContain(true);
    expect(here).toContain(false);
    expect(judgeInPython(pattern, values)).toEqual(here);
  });
});

describe("nodeSecretNames", () => {
  it("keeps the key that opens other nodes to the program, and accounts and tokens out of a drill", () => {
    const serving = [...nodeSecretNames("serve")];
    const drill = [...nodeSecretNames("drill")];
    expect(serving).not.toContain("provisioningPrivateKey");
    expect(serving.filter((name) => !drill.includes(name))).toEqual([
      "adminPassword",
      "canaryPassword",
      "watchPassword",
      "cloudflareToken",
      "watchSecrets",
    ]);
  });

  it("knows three that are no settings of a node", () => {
    const names = new Set<string>(nodeSecretNames("serve"));
    expect(secretSettingNames.filter((name) => !names.has(name))).toEqual([
      "provisioningPrivateKey",
      "firstContactPrivateKey",
      "deadManSwitch",
    ]);
  });
});

/** Each printable character by itself and among others, lengths around the limits, and what regular expressions stumble over. */
function awkwardValues(): string[] {
  const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
  const foreign = [
    "\u0663",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\u00a0",
    "\uff41",
    "\u{1f511}",
    "\ud800",
    "\u017f",
    "\u212a",
  ];
  const good = "abcDEF0123456789abcDEF";
  const lengths = [0, 1, 16, 17, 19, 20, 254, 255, 256].map((length) => "a".repeat(length));
  return [
    ...lengths,
    ...[...characters, ...foreign].flatMap((one) => [one, good + one, one + good, `${good}${one}${good}`]),
    ...["it's a secret", "p\\w", "seventeenLetters0", `${good}==`, `${good}\r\n`, `${good}\n${good}`],
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n\n",
    "-----BEGIN OPENSSH PRIVATE KEY-----\r\nAAAA\r\n-----END OPENSSH PRIVATE KEY-----\r\n",
    "key: 1\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
  ];
}

function judgeInPython(pattern: string, values: readonly string[]): unknown {
  const program = [
    "import json, re, sys, warnings",
    'warnings.simplefilter("error")',
    "asked = json.load(sys.stdin)",
    'print(json.dumps([bool(re.fullmatch(asked["pattern"], value)) for value in asked["values"]]))',
  ].join("\n");
  const input = JSON.stringify({ pattern, values });
  return JSON.parse(execFileSync("/usr/bin/python3", ["-c", program], { input, encoding: "utf8" }));
}
