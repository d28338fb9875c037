import { expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import { withoutSecrets } from "./known-secrets.ts";

it("leaves no secret in a text, whole, by its lines or as JSON has it, and what is around it stays", () => {
  const { privateKey } = generateOpenSshKeyPair("test");
  const quoted = 'a"b\\cdefgh';
  const text = [
    "token dop_v1_0123456789: refused",
    JSON.stringify({ key: privateKey, password: quoted }),
    `key line ${privateKey.split("\n")[3] ?? ""}`,
    "longer: dop_v1_0123456789abc",
  ].join("\n");
  const left = withoutSecrets(text, ["dop_v1_0123456789", "dop_v1_0123456789abc", privateKey, quoted, "a"]);
  for (const line of privateKey.split("\n").slice(1, -2)) expect(left).not.toContain(line);
  expect(left).not.toMatch(/dop_v1|cdefgh|789abc/);
  expect(left).toMatch(/^token \[secret\]: refused$/m);
  expect(left).toMatch(/^longer: \[secret\]$/m);
});
