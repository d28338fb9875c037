import { rule, type Rule } from "./rule.ts";

/** Rules of the settings that say which authority signs, and whom it knows. */
export const authorityRules: readonly Rule[] = [
  rule(["acmeAccountUri", "caaIssuer"], ({ acmeAccountUri, caaIssuer }) =>
    acmeAccountUri === "" || caaIssuer !== ""
      ? undefined
      : { key: "acmeAccountUri", reason: "has no effect without caaIssuer" },
  ),
  rule(["acmeDirectoryUrl"], ({ acmeDirectoryUrl }) =>
    isLetsEncrypt(acmeDirectoryUrl) && !letsEncrypts.includes(acmeDirectoryUrl)
      ? { key: "acmeDirectoryUrl", reason: `Let's Encrypt's is ${letsEncrypts.join(", for tests ")}` }
      : undefined,
  ),
  rule(["acmeDirectoryUrl"], ({ acmeDirectoryUrl }) => {
    const { hostname } = new URL(acmeDirectoryUrl);
    return wantsBinding.test(hostname)
      ? {
          key: "acmeDirectoryUrl",
          reason: `${hostname} wants an account that was made on its web site (EAB, RFC 8555), which this version has no setting for`,
        }
      : undefined;
  }),
  rule(["acmeAccountUri", "acmeDirectoryUrl"], ({ acmeAccountUri, acmeDirectoryUrl }) => {
    if (acmeAccountUri === "" || !URL.canParse(acmeAccountUri) || !isLetsEncrypt(acmeDirectoryUrl)) return undefined;
    const [account, directory] = [acmeAccountUri, acmeDirectoryUrl].map((url) => new URL(url).hostname);
    return account === directory
      ? undefined
      : {
          key: "acmeAccountUri",
          reason: `is an account at ${account ?? ""}, and acmeDirectoryUrl is at ${directory ?? ""}: the CAA record would shut the node out`,
        };
  }),
  rule(["acmeDirectoryUrl", "caaIssuer"], ({ acmeDirectoryUrl, caaIssuer }) => {
    const authority = new URL(acmeDirectoryUrl).hostname;
    return caaIssuer !== "letsencrypt.org" || isLetsEncrypt(acmeDirectoryUrl)
      ? undefined
      : { key: "caaIssuer", reason: `letsencrypt.org would keep ${authority} of acmeDirectoryUrl from issuing` };
  }),
  rule(["contact", "acmeDirectoryUrl", "purpose"], ({ contact, acmeDirectoryUrl, purpose }) => {
    const host = contact.slice(contact.lastIndexOf("@") + 1);
    return purpose === "serve" && isLetsEncrypt(acmeDirectoryUrl) && (isExample(host) || isNobodys(host))
      ? {
          key: "contact",
          reason: `Let's Encrypt takes no account for ${contact}: nobody gets mail there (RFC 2606); set an address of yours`,
        }
      : undefined;
  }),
  rule(["domain", "acmeDirectoryUrl", "purpose"], ({ domain, acmeDirectoryUrl, purpose }) =>
    purpose === "serve" && isLetsEncrypt(acmeDirectoryUrl) && isNobodys(domain)
      ? {
          key: "domain",
          reason:
            `Let's Encrypt signs nothing for ${domain}: no name below .${domain.split(".").at(-1) ?? ""} is anybody's in the public DNS. ` +
            "Take a domain that you have registered, or an acmeDirectoryUrl of your own",
        }
      : undefined,
  ),
];

const letsEncrypts = ["acme-v02", "acme-staging-v02"].map((host) => `https://${host}.api.letsencrypt.org/directory`);

/** Authorities that take no account but one that is bound to a customer's: ZeroSSL, Google, SSL.com, Sectigo, DigiCert. */
const wantsBinding = /(^|\.)(zerossl\.com|pki\.goog|ssl\.com|sectigo\.com|digicert\.com)$/;

function isLetsEncrypt(directoryUrl: string): boolean {
  return new URL(directoryUrl).hostname.endsWith(".letsencrypt.org");
}

/** Whether a name is one of those that documents use (RFC 2606), in which nobody has a mailbox. */
function isExample(name: string): boolean {
  return /(^|\.)example\.(com|net|org)$/i.test(name);
}

/**
 * Whether a name's last label is not in the public DNS and never will be, by RFC 2606, 6761, 6762, 7686, 8375 and 9476, or by
 * ICANN's word (internal, and those that it left to houses: corp, home, lan, mail).
 */
function isNobodys(name: string): boolean {
  return /(^|\.)(alt|corp|example|home|internal|intranet|invalid|lan|local|localdomain|localhost|mail|onion|private|test|home\.arpa)$/i.test(
    name,
  );
}
