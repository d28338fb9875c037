// DigitalOcean's limits, as far as the local cloud holds them.

/** Droplets an account may have. */
export const dropletLimit = 25;
/** Reserved IPs an account may have. */
export const reservedIpLimit = 5;
/** Volumes an account may have. */
export const volumeLimit = 100;
/** Volumes attached to one droplet. */
export const volumesPerDroplet = 7;
/** Size of the largest volume. */
export const volumeSizeMaxGiB = 16_384;
/** Size of the longest user data, in UTF-8. */
export const userDataMaxBytes = 64 * 1024;
/** Rules of one firewall, both directions together. */
export const firewallRules = 50;
/** Droplets that one firewall may name by id. */
export const firewallDroplets = 10;
/** Tags that one firewall may name. */
export const firewallTags = 5;
