/** DigitalOcean's limits that the local cloud holds too. */

/** Droplets an account may have. */
export const dropletLimit = 25;
/** Reserved IPs an account may have. */
export const reservedIpLimit = 5;
/** Volumes attached to one droplet. */
export const volumesPerDroplet = 7;
export const volumeSizeMaxGiB = 16_384;
export const userDataMaxBytes = 64 * 1024;
export const firewallRules = 50;
export const firewallDroplets = 10;
export const firewallTags = 5;
