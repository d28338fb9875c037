import type { DropletFilter, ReservedIpAssignment } from "../../digitalocean/hypervisor.ts";

/** Firewall rules of one droplet with both address families and a VPC. */
export const filter: DropletFilter = {
  dropletId: 7,
  network: {
    publicIpv4: "10.99.1.16",
    publicIpv6: "fd99:0:0:1::10",
    vpc: { id: "vpc", ipv4: "10.98.1.2", ipv4Cidr: "10.98.1.0/27" },
  },
  inbound: [
    { protocol: "tcp", ports: { first: 5222, last: 5222 }, peerCidrs: ["0.0.0.0/0", "::/0"] },
    { protocol: "udp", ports: { first: 49152, last: 49407 }, peerCidrs: ["10.99.1.2/32"] },
    { protocol: "icmp", peerCidrs: ["0.0.0.0/0", "::/0"] },
  ],
  outbound: [{ protocol: "tcp", peerCidrs: ["0.0.0.0/0"] }],
};
/** Two reserved IPs: one leads to the droplet of {@link filter}, one to none. */
export const reservedIps: ReservedIpAssignment[] = [
  { ipv4: "10.99.1.128", droplet: { id: 7, publicIpv4: "10.99.1.16" } },
  { ipv4: "10.99.1.129" },
];
/** Address of the local cloud itself. */
export const cloudIpv4 = "10.99.1.1";
