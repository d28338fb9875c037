import { beforeEach, describe, expect, it } from "vitest";
import { certificateNode, type CertificateNode, domain } from "./certificate-node.ts";

let node: CertificateNode;
beforeEach(async () => {
  node = await certificateNode();
  // Of certbot.service and its timer.
  node.fake("systemctl", "case $1 in is-failed) exit 1 ;; esac; echo active");
});

const health = (check: string) =>
  node.python(`from watch import health\nprint(json.dumps(health.check("c", health.${check})))`);
const accounts = "accounts/127.0.0.1:*/dir";
const unauthorized =
  "Error determining zone_id: 9109 Invalid access token. Please confirm that you have supplied valid keys";

/** Has every order fail with these words of certbot's. */
const refuse = (words: string) => node.write("/refuse", `${words}\n`);
const allow = () => {
  node.damage(`rm ${node.place("/refuse")}`);
};

describe("a renewal that is due", () => {
  it("and fails is red at once, with the reason, while the certificate stays in use", () => {
    const before = node.certificate();
    node.authority.revokeAll();
    refuse(unauthorized);
    node.dns.tokenIs("disabled");
    const { stdout, stderr, status } = node.renew();
    expect({ stdout, status }).toMatchObject({ stdout: expect.stringContaining("NOT renewed") as string, status: 1 });
    expect(stderr).toContain(unauthorized);
    expect(stderr).toMatch(/Why: Cloudflare says that the node's token is disabled.*What to do: switch it on/s);
    expect(node.certificate()).toBe(before);
    expect(health("check_renewal")).toMatchObject({ ok: false, detail: expect.stringContaining("9109") as string });
    expect(health("check_expiry")).toMatchObject({ ok: true });
    allow();
    expect(node.renew()).toMatchObject({ status: 0 });
    expect(node.certificate()).not.toBe(before);
    expect(health("check_renewal")).toMatchObject({ ok: true, detail: expect.stringMatching(/^renewed at/) as string });
  });

  it("is one that the authority asks for, as it does for a revoked one", () => {
    const before = node.certificate();
    node.authority.revokeAll();
    expect(node.renew().stdout).toMatch(/ordered because the authority asks for it \(https:\/\/ca.example\/why\)/);
    expect(node.certificate()).not.toBe(before);
    expect(node.renew().stdout).toMatch(/^certificate: valid until/);
    expect(node.orders()).toBe(1);
  });

  it("is not made up by a revoked one from elsewhere", () => {
    node.authority.revokeAll();
    node.damage(`rm renewal/${domain}.conf`);
    expect(node.renew().stdout).toMatch(/ordered because there is none/);
  });

  it.each([
    ["Unable to determine zone_id for im.example.org: words of a later certbot", "expired", /token is expired/],
    ["Error communicating with the Cloudflare API: 429", "active", /What to do: check that http:.* answers/],
  ])(
    "and fails is the token's fault where Cloudflare says so, whatever certbot's words are: %s",
    (words, status, said) => {
      node.authority.revokeAll();
      refuse(words);
      node.dns.tokenIs(status);
      const { stderr } = node.renew();
      expect(stderr).toMatch(said);
      expect(stderr).toContain(words);
      expect(stderr.includes("the node's token is")).toBe(status !== "active");
    },
  );

  it("is no longer one where the authority asks for another each time, and is one again a week later", () => {
    const asked = Array.from({ length: 6 }, () => {
      node.authority.revokeAll();
      return node.renew();
    });
    expect(node.orders()).toBe(3);
    expect(asked.map(({ status }) => status)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(asked.at(-1)?.stderr).toMatch(
      /none was ordered.*4 were issued within seven days.*What to do: .*from 20\S+Z on/s,
    );
    expect(health("check_renewal")).toMatchObject({ ok: false });
    const before = node.certificate();
    expect(node.run("usr/local/sbin/imera-certificate", { arguments: ["replace"] })).toMatchObject({ status: 0 });
    expect(node.certificate()).not.toBe(before);
    node.authority.revokeAll();
    const later = `
import datetime
from certificate import settle
from node import timestamps
now = timestamps.now() + datetime.timedelta(days=8)
timestamps.now = lambda: now
print(json.dumps(settle.settle().text))`;
    expect(node.python(later)).toMatch(/ordered because the authority asks for it/);
  });

  it("of 90 days is one in its last third, where the authority says nothing", () => {
    node.authority.forgetAll();
    const code = `
import datetime
from certificate import settle
from node import timestamps
now, found = timestamps.now(), []
for days in (59, 61, 88, 89, 200):
    timestamps.now = lambda days=days: now + datetime.timedelta(days=days)
    found.append(settle.reason_to_order(settle.good_one()))
print(json.dumps(found))`;
    const [soon, tomorrow, today] = ["it ends in 28 days", "it ends in 1 days", "it ends within a day"];
    expect(node.python(code)).toEqual([null, soon, tomorrow, today, today]);
  });
});

describe("an account", () => {
  it.each([
    ["that is gone, or of which the folder is a file", "rm -r accounts", "rm -r accounts; : >accounts"],
    [
      "of which a file is empty or gone",
      `for f in ${accounts}/*/regr.json; do : >$f; done`,
      `rm ${accounts}/*/private_key.json`,
    ],
  ])("%s is followed by another, and nothing is ordered", (_what, ...damages) => {
    const before = node.certificate();
    for (const damage of damages) {
      node.damage(damage);
      expect([damage, node.renew()]).toEqual([damage, expect.objectContaining({ stderr: "", status: 0 })]);
      expect(node.python("from certificate import lineage\nprint(json.dumps(lineage.has_account()))")).toBe(true);
    }
    expect([node.orders(), node.certificate()]).toEqual([0, before]);
  });

  it("that can't be made is red, and made as soon as it can", () => {
    node.damage("rm -r accounts");
    refuse("An unexpected error occurred: Connection refused");
    expect(node.renew()).toMatchObject({ status: 1 });
    expect(health("check_renewal")).toMatchObject({ ok: false, detail: expect.stringMatching(/refused/) as string });
    allow();
    expect(node.renew()).toMatchObject({ status: 0 });
    expect(health("check_renewal")).toMatchObject({ ok: true });
  });

  it.each(["urn:ietf:params:acme:error:accountDoesNotExist", 'Account is not valid, has status "deactivated"'])(
    "that the authority has forgotten is followed by another at the next order: %s",
    (words) => {
      const [before] = node.list(`${accounts}/*`);
      node.authority.revokeAll();
      node.write("/refuse-once", `An unexpected error occurred:\n${words}\n`);
      expect(node.renew()).toMatchObject({ stderr: "", status: 0 });
      expect(node.list(`${accounts}/*`)).toEqual([expect.not.stringContaining(before ?? "none")]);
    },
  );
});

describe("health", () => {
  it("is red where the timer's service failed by itself, and where the timer does not run", () => {
    node.fake("systemctl", "case $1 in is-failed) exit 0 ;; esac");
    node.fake("journalctl", "echo Traceback; echo 'ValueError: x'");
    expect(health("check_renewal")).toMatchObject({
      ok: false,
      detail: expect.stringContaining("ValueError: x") as string,
    });
    node.fake("systemctl", "case $1 in is-failed) exit 1 ;; is-active) exit 3 ;; esac");
    expect(health("check_renewal")).toMatchObject({
      ok: false,
      detail: expect.stringContaining("certbot.timer") as string,
    });
  });

  it("is red where nobody has looked for three days, or at all", () => {
    node.write(
      "/var/lib/imera/certificate.json",
      '{"at": "2026-01-01T00:00:00Z", "outcome": "kept", "failure": null, "todo": null}',
    );
    expect(health("check_renewal")).toMatchObject({ ok: false });
    node.write("/var/lib/imera/certificate.json", "");
    expect(health("check_renewal")).toMatchObject({ ok: false });
  });

  it("says until when the certificate is valid, in one line", () => {
    expect(health("check_expiry")).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^valid until \S+Z, 89 days$/) as string,
    });
  });

  it.each([
    ["damaged", (path: string) => `head -c 900 ${path} >x; mv x ${path}`],
    ["gone", (path: string) => `rm ${path}`],
  ])("is red where the file that ejabberd reads is %s", (_what, script) => {
    node.damage(script(node.place(`/etc/ejabberd/certs/${domain}.pem`)));
    expect(health("check_expiry")).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/missing or damaged/) as string,
    });
  });
});

describe("a certificate that others have the key of", () => {
  it("is replaced and revoked by one command", () => {
    const before = node.certificate();
    const replaced = node.run("usr/local/sbin/imera-certificate", { arguments: ["replace", "--revoke"] });
    expect(replaced).toMatchObject({ stderr: "", status: 0 });
    expect(replaced.stdout).toMatch(/ordered because it was asked for.*\n.*the former one is revoked/);
    expect(node.certificate()).not.toBe(before);
    expect(node.calls()).toMatch(/^certbot revoke .*--reason keycompromise/m);
  });

  it("is not revoked where no other one comes", () => {
    const before = node.certificate();
    refuse("Detail: rate limited");
    expect(node.run("usr/local/sbin/imera-certificate", { arguments: ["replace", "--revoke"] })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("rate limited") as string,
    });
    expect([node.certificate(), node.calls().includes("certbot revoke")]).toEqual([before, false]);
  });
});

describe("certbot's hook", () => {
  const issued = (folder: string) =>
    node.python(`
from certificate import settle
try:
    settle.hand_over_issued(pathlib.Path("${folder}"))
    print("null")
except trouble.Trouble as found:
    print(json.dumps(found.text("hook")))`);
  const live = `/etc/letsencrypt/live/${domain}`;

  it("never puts half a certificate in the place of a good one", () => {
    const before = node.certificate();
    node.damage(`: >archive/${domain}/privkey1.pem`);
    expect(issued(live)).toMatch(/former certificate stays in use.*no key in it/s);
    expect(issued("/etc/letsencrypt/live/other")).toMatch(/not the certificate of/);
    expect([node.certificate(), node.served()]).toEqual([before, [`${domain}.pem`]]);
  });

  it("hands over what is good", () => {
    const certs = node.place("/etc/ejabberd/certs");
    node.damage(`: >${certs}/${domain}.pem`);
    expect(issued(live)).toBeNull();
    expect(node.certificate()).toMatch(/Fingerprint/);
  });
});
