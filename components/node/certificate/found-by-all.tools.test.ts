import { expect, it, vi } from "vitest";
import { certificateNode, type CertificateNode, domain } from "./certificate-node.ts";

// Local clouds compute at the same time.
vi.setConfig({ testTimeout: 60_000 });

const damages: readonly (readonly [string, string, RegExp])[] = [
  ["an empty key", `: >archive/${domain}/privkey1.pem`, /no key/],
  [
    "a chain that is cut off",
    `head -c 150 archive/${domain}/fullchain1.pem >x && mv x archive/${domain}/fullchain1.pem`,
    /no certificate/,
  ],
  ["no archive", "rm -r archive", /No such file/],
  ["no conf", `rm renewal/${domain}.conf`, /renewal.*missing or empty/],
  ["nothing at all", "rm -r archive live renewal", /renewal.*missing or empty/],
];

/** What health, a backup and a drill say of certbot's files: whether health is green, and the words of the other two's refusals. */
function told(node: CertificateNode): unknown {
  return node.python(`
from backup import runs
from certificate import settle
def refusal(work):
    try:
        work()
    except trouble.Trouble as refused:
        return refused.line()
(health,) = (check for check in checks.report() if check["name"] == "certificate files")
print(json.dumps([health["ok"], refusal(runs.refuse_what_is_missing), refusal(settle.restored)]))`);
}

it("half a certificate is found by health, the backup and the drill, and what ejabberd has stays", async () => {
  const node = await certificateNode();
  expect(told(node)).toEqual([true, null, null]);
  const served = node.certificate();
  for (const [what, script, words] of damages) {
    node.damage(script);
    expect([what, told(node)]).toEqual([
      what,
      [false, expect.stringMatching(/^the certificate's files are not whole: /), expect.stringMatching(words)],
    ]);
    expect(node.certificate(), what).toBe(served);
    node.renew();
    expect([what, told(node)]).toEqual([what, [true, null, null]]);
  }
});

it("half a certificate is nobody's affair while somebody is at work on it, or before the first order", async () => {
  const node = await certificateNode();
  const free = "print(json.dumps(half.trouble() is None))";
  node.damage(`rm renewal/${domain}.conf`);
  expect(node.python(`from certificate import half, settle\nwith settle.lock():\n  ${free}`)).toBe(true);
  expect(node.python(`from certificate import half\n${free}`)).toBe(false);
  node.damage("rm -r archive live renewal ../../../etc/ejabberd/certs");
  expect(node.python(`from certificate import half\n${free}`)).toBe(true);
});
