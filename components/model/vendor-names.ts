/** Longest name of a stack. With the longest key of a node, each name made of it stays below 64 characters. */
const longestStack = 30;

/**
 * Says what is wrong with the name of a stack, in words that follow the name; undefined where nothing is. The name becomes part
 * of names at the vendors, so it has what all their alphabets have in common: tags know no dots, networks and firewalls no
 * underscores, and capitals come back small.
 */
export function stackNameProblem(stack: string): string | undefined {
  if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(stack) && stack.length <= longestStack) return undefined;
  const why =
    stack.length > longestStack && /^[a-z0-9-]+$/.test(stack)
      ? `it has ${stack.length} characters`
      : "the vendors would refuse names that are made of it";
  return `cannot be the name of a stack: ${why}. Take at most ${longestStack} of a-z, 0-9 and -, a letter first, no - last`;
}

/** Names that a stack's program gives to what it makes at the vendors, where they are unique in an account. */
export function vendorNames(stack: string) {
  const label = `imera-${stack}`;
  return {
    tag: label,
    /** Firewall of all nodes, by tag. */
    operatorFirewall: label,
    publicFirewall: (nodeKey: string) => `${label}-${nodeKey}`,
    /** Tag and firewall of the droplet that watches. */
    watcher: `${label}-watcher`,
    sshKey: `${label}-provisioning`,
    spacesKey: (holder: string) => `${label}-${holder}`,
    /** Cut to what Cloudflare takes. It need not be unique. */
    certificateToken: (hostName: string) =>
      `imera ${stack}: certificates of ${hostName}`.slice(0, longestCloudflareTokenName),
  };
}

const longestCloudflareTokenName = 120;
