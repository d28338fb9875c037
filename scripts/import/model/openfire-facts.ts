import type { WorkingCopy } from "../sources/working-copy.ts";

/** Facts about a whole Openfire, out of its properties. */
export interface OpenfireFacts {
  /** Domain of the old server; undefined where the source does not have it. */
  readonly domain: string | undefined;
  /** Number of the database's schema; undefined where the source does not have it. */
  readonly schema: number | undefined;
  /** Key of the passwords; undefined where it is missing or encrypted itself. */
  readonly passwordKey: string | undefined;
  /** Class that checks passwords, where it is another than Openfire's own: they are in no table then. */
  readonly foreignPasswords: string | undefined;
  /** Subdomains of the room services by number of the service. */
  readonly roomServices: ReadonlyMap<string, string>;
}

/** Reads the facts about an Openfire. */
export function openfireFacts(copy: WorkingCopy): OpenfireFacts {
  const [version] = copy.all("SELECT version FROM ofversion WHERE name IN ('openfire', 'wildfire', 'messenger')");
  const provider = property(copy, "provider.auth.className") ?? "";
  const services = copy.all("SELECT serviceid, subdomain FROM ofmucservice");
  return {
    domain: property(copy, "xmpp.domain")?.toLowerCase(),
    schema: version === undefined ? undefined : Number(version["version"]),
    passwordKey: property(copy, "passwordKey"),
    foreignPasswords: ownProviders.test(provider) ? undefined : provider,
    roomServices: new Map(services.map(({ serviceid, subdomain }) => [serviceid ?? "1", subdomain ?? "conference"])),
  };
}

const ownProviders = /^$|\.DefaultAuthProvider$|\.HybridAuthProvider$/;

/** Reads a property that is not encrypted. */
function property(copy: WorkingCopy, name: string): string | undefined {
  const [row] = copy.all("SELECT propvalue, encrypted FROM ofproperty WHERE lower(name) = lower(?)", name);
  return row === undefined || row["encrypted"] === "1" ? undefined : (row["propvalue"] ?? undefined);
}
