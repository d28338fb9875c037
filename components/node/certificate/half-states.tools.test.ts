import { describe, expect, it } from "vitest";
import { certificateNode, domain } from "./certificate-node.ts";

const conf = `renewal/${domain}.conf`;
const live = `live/${domain}`;
const archive = `archive/${domain}`;
const kinds = ["cert", "privkey", "chain", "fullchain"];

const damages: [string, string][] = [
  ["no conf", `rm ${conf}`],
  ["an empty conf", `: >${conf}`],
  ["a conf that is cut off", `head -c 120 ${conf} >x && mv x ${conf}`],
  ["a conf that is no text", `head -c 400 /dev/urandom >${conf}`],
  ["no folder of confs", "rm -r renewal"],
  ["a file in the place of a folder", "rm -r renewal && : >renewal"],
  ["a conf that leads elsewhere", `sed -i s,live/${domain},live/other, ${conf}`],
  ["no live", "rm -r live"],
  ["no archive", "rm -r archive"],
  ["nothing but accounts", "rm -r live archive renewal"],
  [
    "files in the place of the links",
    `for k in ${kinds.join(" ")}; do cp --remove-destination ${live}/$k.pem x; mv x ${live}/$k.pem; done`,
  ],
  ["links that lead nowhere", `rm ${archive}/*1.pem`],
  [
    "links of two issues",
    `cp ${archive}/cert1.pem ${archive}/cert2.pem && ln -sfn ../../${archive}/cert2.pem ${live}/cert.pem`,
  ],
  [
    "certificate and key swapped",
    `mv ${archive}/cert1.pem x && mv ${archive}/privkey1.pem ${archive}/cert1.pem && mv x ${archive}/privkey1.pem`,
  ],
  [
    "another's key",
    `openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out ${archive}/privkey1.pem`,
  ],
  ["a chain that lacks all above", `cp ${archive}/cert1.pem ${archive}/fullchain1.pem`],
  [
    "a chain of others",
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj /CN=middle -out x 2>/dev/null && cat ${archive}/cert1.pem x >${archive}/fullchain1.pem && mv x ${archive}/chain1.pem`,
  ],
  ...kinds.flatMap((kind): [string, string][] => [
    [`an empty ${kind}`, `: >${archive}/${kind}1.pem`],
    [`a ${kind} that is cut off`, `head -c 150 ${archive}/${kind}1.pem >x && mv x ${archive}/${kind}1.pem`],
    [`no link of ${kind}`, `rm ${live}/${kind}.pem`],
  ]),
];

const validUntil = /^valid until [0-9T:-]+Z$/;

it("is mended without an order where ejabberd has a good certificate, whatever half state certbot is in", async () => {
  const node = await certificateNode();
  const whole = { lineages: [domain], served: [`${domain}.pem`], certificate: node.certificate() };
  const found = node.afterEach(damages.map(([, script]) => script));
  for (const [index, [what]] of damages.entries()) {
    const [first, second, state] = found[index] ?? [];
    expect([what, first]).toEqual([what, expect.stringMatching(/^certbot's files were made anew, since .*; valid/)]);
    expect([what, second, state]).toEqual([what, expect.stringMatching(validUntil), whole]);
  }
  expect(node.orders()).toBe(0);
});

it("leaves what is whole alone, and takes other lineages and other certificates away", async () => {
  const node = await certificateNode();
  const whole = { lineages: [domain], served: [`${domain}.pem`], certificate: node.certificate() };
  const certs = node.place("/etc/ejabberd/certs");
  const copies = [
    `cp -r ${archive} ${archive}-0001; cp -r ${live} ${live}-0001; cp ${conf} renewal/${domain}-0001.conf`,
    `cp ${certs}/${domain}.pem ${certs}/${domain}-0002.pem`,
    `: >${certs}/old.pem; : >${certs}/.new-1`,
    `: >${certs}/${domain}.pem`,
    `rm ${certs}/${domain}.pem`,
  ];
  for (const [first, second, found] of node.afterEach(copies)) {
    expect([first, second, found]).toEqual([
      expect.stringMatching(validUntil),
      expect.stringMatching(validUntil),
      whole,
    ]);
  }
  expect(node.orders()).toBe(0);
  expect(node.calls()).toMatch(/^systemctl reload ejabberd.service$/m);
});

it("is mended without an order where the authority does not say whose it is: ejabberd was given it as that authority's", async () => {
  const node = await certificateNode();
  const whole = { lineages: [domain], served: [`${domain}.pem`], certificate: node.certificate() };
  node.authority.forgetAll();
  const found = node.afterEach([`rm ${conf}`, "rm -r live archive renewal"]);
  for (const [first, second, state] of found) {
    expect(first).toMatch(/^certbot's files were made anew, since .*; valid/);
    expect([second, state]).toEqual([expect.stringMatching(validUntil), whole]);
  }
  expect(node.orders()).toBe(0);
});

describe("one order, where there is nothing good:", () => {
  const certs = "../../../etc/ejabberd/certs";
  it("whatever is left", async () => {
    const node = await certificateNode();
    const nothings = [
      `rm ${certs}/*; : >${archive}/privkey1.pem`,
      `rm ${certs}/*; rm ${conf} ${archive}/privkey*.pem`,
      `: >${certs}/${domain}.pem; rm -r live; for f in ${archive}/fullchain*; do : >$f; done`,
      `rm -r ${certs} live archive renewal`,
    ];
    const found = node.afterEach(nothings);
    for (const [first, second, { lineages, served }] of found) {
      expect(first).toMatch(/ordered because there is none; valid/);
      expect([second, lineages, served]).toEqual([expect.stringMatching(validUntil), [domain], [`${domain}.pem`]]);
    }
    expect(node.orders()).toBe(nothings.length);
    expect(new Set(found.map(([, , { certificate }]) => certificate)).size).toBe(nothings.length);
  });

  it("and none that the authority does not know, as one of another authority", async () => {
    const node = await certificateNode();
    node.authority.forgetAll();
    node.python(`
from certificate import record, served
record.write("kept", served.present().fingerprint(), "https://ca.example/dir")
print("null")`);
    const [[first, second] = []] = node.afterEach([`rm ${conf}`]);
    expect(first).toMatch(/put aside.*ordered because there is none/);
    expect(second).toMatch(validUntil);
  });
});
