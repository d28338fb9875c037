import type { Check } from "./check.ts";
import { abuseContactCheck } from "./checks/abuse-contact.ts";
import { caaCheck } from "./checks/caa.ts";
import { copyCheck } from "./checks/copy.ts";
import { delegationCheck } from "./checks/delegation.ts";
import { dnsCheck } from "./checks/dns.ts";
import { dnssecCheck } from "./checks/dnssec.ts";
import { federationCheck } from "./checks/federation.ts";
import { hostMetaCheck } from "./checks/host-meta.ts";
import { loginCheck } from "./checks/login.ts";
import { nodeCheck } from "./checks/node.ts";
import { portsCheck } from "./checks/ports.ts";
import { relayCheck } from "./checks/relay.ts";
import { reputationCheck } from "./checks/reputation.ts";
import { saslCheck } from "./checks/sasl.ts";
import { tlsCheck } from "./checks/tls.ts";
import { tokensCheck } from "./checks/tokens.ts";
import { uploadCheck } from "./checks/upload.ts";

/** All checks of a network, in no order: they run at the same time. */
export const allChecks: readonly Check[] = [
  ...[dnsCheck, caaCheck, portsCheck, tlsCheck, saslCheck, loginCheck],
  ...[relayCheck, uploadCheck, hostMetaCheck, abuseContactCheck, federationCheck],
  ...[delegationCheck, dnssecCheck, reputationCheck, tokensCheck, copyCheck, nodeCheck],
];
