import { withoutNamespace } from "../model/element.ts";
import { PortableAccounts, portable } from "./portable-accounts.ts";
import { SourceError } from "./source-error.ts";
import type { WorkingCopy } from "./working-copy.ts";
import type { OpenedTag } from "./xml-events.ts";
import { xmlSteps } from "./xml-records.ts";

/**
 * Reads accounts of any server as XEP-0227 has them. A document may be of several domains: only one of them is read. Resolves to notes for
 * the report. Throws a {@link SourceError} that names the line, and where `domain` is undefined and there are several.
 */
export async function readPortableXml(file: string, copy: WorkingCopy, domain: string | undefined): Promise<string[]> {
  const wanted = domain?.toLowerCase();
  const hosts = new Set<string>();
  const accounts = new PortableAccounts(copy);
  for await (const step of xmlSteps(file, holdsRecords)) {
    const [, host, user, kind, node] = step.around;
    if (step.kind === "begin" && step.around.length === 1) addHost(step.tag, hosts, wanted);
    if (host === undefined || (wanted ?? hostName(host)) !== hostName(host)) continue;
    const depth = step.around.length;
    if (step.kind === "begin" && depth === 2) accounts.begin(userName(step.tag), step.tag.attributes, hostName(host));
    else if (step.kind === "end" && depth === 2) accounts.end();
    else if (step.kind !== "record") continue;
    else if (user === undefined) accounts.leaveOut(step.element);
    else accounts.add(withoutNamespace(step.element, portable), kind, node);
  }
  return [...addDomain(file, copy, hosts, wanted), ...accounts.notes()];
}

/** Elements that hold records, by how many are around them. */
const holders: readonly (readonly string[])[] = [
  ["server-data"],
  ["host"],
  ["user"],
  ["query", "offline-messages", "archive", "pubsub"],
  ["items"],
];

function holdsRecords(tag: OpenedTag, around: readonly OpenedTag[]): boolean {
  const holds = holders[around.length]?.includes(tag.name) ?? false;
  if (!holds && around.length < 2) {
    throw new SourceError(tag.place, `it has an element ${tag.name} where XEP-0227 has none`, todo);
  }
  return holds && (around.length < 4 || around[3]?.name === "pubsub");
}

const todo = "See whether it is an export by XEP-0227, and make it again.";

function addHost(tag: OpenedTag, hosts: Set<string>, wanted: string | undefined): void {
  if (hostName(tag) === "") throw new SourceError(tag.place, "it has a host without an address", todo);
  hosts.add(hostName(tag));
  if (wanted !== undefined || hosts.size === 1) return;
  throw new SourceError(
    tag.place,
    `it has accounts of several domains, ${[...hosts].join(" and ")} among them`,
    "Name the one that is to come over: --from-domain DOMAIN.",
  );
}

function hostName(host: OpenedTag): string {
  return host.attributes["jid"]?.toLowerCase() ?? "";
}

function userName(user: OpenedTag): string {
  const { name } = user.attributes;
  if (name === undefined) throw new SourceError(user.place, "it has a user without a name", todo);
  return name;
}

/** Notes the domain as Openfire keeps it; gives notes on those that were left out. */
function addDomain(file: string, copy: WorkingCopy, hosts: ReadonlySet<string>, wanted: string | undefined): string[] {
  const domain = wanted ?? [...hosts][0];
  if (domain === undefined) throw new SourceError({ file }, "it has no accounts", todo);
  if (!hosts.has(domain)) {
    const found = `it has no accounts of ${domain}, but of ${[...hosts].join(", ")}`;
    throw new SourceError({ file }, found, "Name another domain: --from-domain DOMAIN.");
  }
  copy.insert("ofproperty", ["name", "propvalue"], ["xmpp.domain", domain]);
  copy.columns.set("ofuser", ["username", "plainpassword"]);
  const others = [...hosts].filter((host) => host !== domain);
  return others.length === 0 ? [] : [`left out, as of another domain: all accounts of ${others.join(", ")}`];
}
