import { readFileSync } from "node:fs";
import { beforeEach, expect, it } from "vitest";
import { certificateNode, type CertificateNode, domain } from "./certificate-node.ts";

const served = `/etc/ejabberd/certs/${domain}.pem`;

let node: CertificateNode;
beforeEach(async () => {
  node = await certificateNode();
  node.write("/etc/imera/restic.env", "RESTIC_REPOSITORY=r\n");
});

/** Has the store hold snapshots, the oldest first, each with what ejabberd had; undefined: no such file. Then all else is lost. */
function loseAllBut(snapshots: readonly (string | undefined)[]): void {
  const listed = snapshots.map((content, index) => {
    if (content !== undefined) node.write(`/snapshots/${index}`, content);
    return { id: String(index), time: `2026-11-26T10:00:${String(index).padStart(2, "0")}Z` };
  });
  node.write("/listed", JSON.stringify(listed));
  node.fake(
    "restic",
    `for last; do :; done
case "$*" in *snapshots*) cat ${node.path}/listed ;; *dump*) set -- $*; while [ "$1" != --no-lock ]; do shift; done; exec cat ${node.path}/snapshots/$2 ;; esac`,
  );
  node.damage(`rm -r live archive renewal ${node.place("/etc/ejabberd/certs")}/*`);
}
const dumped = () => [...node.calls().matchAll(/^restic .*dump .*--no-lock (\d+) (\S+)$/gm)];
const good = () => readFileSync(node.place(served), "utf8");

it("takes the newest good certificate of the backups, where the node has lost every other, and orders none", () => {
  const [before, content] = [node.certificate(), good()];
  loseAllBut([content, undefined, content.slice(0, 900), undefined]);
  expect(node.renew()).toMatchObject({ stderr: "", status: 0 });
  expect([node.certificate(), node.orders()]).toEqual([before, 0]);
  expect(dumped().map(([, snapshot, path]) => [snapshot, path])).toEqual([
    ["3", node.place(served)],
    ["2", node.place(served)],
    ["0", node.place(served)],
  ]);
});

it("looks at ever fewer of the older snapshots", () => {
  loseAllBut(Array<undefined>(20).fill(undefined));
  expect(node.renew()).toMatchObject({ status: 0 });
  expect(dumped().map(([, snapshot]) => snapshot)).toEqual(["19", "18", "16", "12", "4"]);
  expect(node.orders()).toBe(1);
});

it.each([
  ["that was revoked", (authority: CertificateNode["authority"]) => authority.revokeAll()],
  ["that the authority does not know", (authority: CertificateNode["authority"]) => authority.forgetAll()],
])("takes none %s: one is ordered", (_what, change) => {
  const [before, content] = [node.certificate(), good()];
  loseAllBut([content]);
  change(node.authority);
  node.damage(`rm ${node.place("/var/lib/imera/certificate.json")}`);
  expect(node.renew().stdout).toMatch(/ordered because there is none/);
  expect([node.certificate() === before, node.orders()]).toEqual([false, 1]);
});

it("orders one where the store is silent", () => {
  loseAllBut([good()]);
  node.fake("restic", "echo unreachable >&2; exit 1");
  expect(node.renew()).toMatchObject({ status: 0 });
  expect(node.orders()).toBe(1);
});
