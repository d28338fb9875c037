import { createHash } from "node:crypto";
import type { WorkingCopy } from "../sources/working-copy.ts";
import type { Move } from "./move.ts";

/**
 * Gives the members that an address stands for where it is a group's: `base32hex(name)@domain/md5hex(base32hex(name))`. Undefined for
 * any other address.
 */
export function membersOfGroupAddress(copy: WorkingCopy, move: Move, address: string): string[] | undefined {
  const [, encoded = "", resource = ""] = /^([0-9a-v]+=*)@[^/]+\/([0-9a-f]{32})$/i.exec(address.trim()) ?? [];
  if (encoded === "") return undefined;
  const name = base32hex(encoded);
  const isProven = [name, encoded, encoded.toLowerCase()].some((text) => md5(text) === resource.toLowerCase());
  return isProven ? groupMembers(copy, move, name) : undefined;
}

/** Gives a group's members and administrators as prepared bare JIDs of the new server. */
function groupMembers(copy: WorkingCopy, move: Move, name: string): string[] {
  const rows = copy.all("SELECT DISTINCT username FROM ofgroupuser WHERE groupname = ?", name);
  const members = rows.map(({ username }) => {
    const raw = username ?? "";
    return move.jid(raw.includes("@") ? raw : `${raw}@${move.from}`);
  });
  return [...new Set(members.filter((member) => member !== undefined))];
}

function md5(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}

function base32hex(encoded: string): string {
  const bits = Array.from(encoded.replaceAll("=", "").toLowerCase(), (sign) =>
    parseInt(sign, 32).toString(2).padStart(5, "0"),
  );
  const octets = bits.join("").match(/.{8}/g) ?? [];
  return Buffer.from(octets.map((octet) => parseInt(octet, 2))).toString("utf8");
}
