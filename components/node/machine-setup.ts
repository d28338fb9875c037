import * as pulumi from "@pulumi/pulumi";
import { Command, type CommandArgs } from "@pulumi/command/remote/command.js";
import { isOtherKey, type KeptLogin } from "./kept-login.ts";
import { serviceNamed, type Service, type ServiceName } from "../model/services.ts";

/** Droplet, and what opens it. */
export interface MachineLogin {
  /** OpenSSH private key that opens the machine. Secret. */
  readonly provisioningPrivateKey: pulumi.Output<string>;
  /** Its public half, a line of OpenSSH. */
  readonly provisioningPublicKey: string;
  /** Login on the machine where it is there and stays. */
  readonly kept: KeptLogin | undefined;
  /** Host key that the machine has until it has been configured. */
  readonly firstContactPublicKey: string;
  readonly services: readonly Service[];
  /** DigitalOcean's id. Another id is another machine: everything is done again. */
  readonly dropletId: pulumi.Input<string>;
  readonly publicIpv4: pulumi.Input<string>;
}

/** Command that is run on a machine on port 22. It runs again when its data or its triggers change. */
export type MachineStep = {
  /** Last part of the resource's name. */
  readonly step: string;
  /** Resources that must exist before. Default: none but the step before. */
  readonly after?: readonly pulumi.Resource[];
} & Pick<CommandArgs, "create" | "stdin" | "triggers">;

/** Machine on which all steps have been run. */
export interface ConfiguredMachine {
  /** Public SSH host key of the machine, as in a known_hosts file. */
  readonly sshHostKey: pulumi.Output<string>;
  /** Last step. */
  readonly last: Command;
}

/**
 * Works on a droplet over SSH: learns its own host key, then runs the steps one after the other. Where the stack's key is another
 * one than last time, the former lets it in first. Nothing is done on destroy, so that a dead droplet cannot hold one up.
 */
export function configureMachine(
  name: string,
  login: MachineLogin,
  steps: readonly MachineStep[],
  parent: pulumi.Resource,
): ConfiguredMachine {
  const { last: met, sshHostKey } = meet(name, login, parent);
  let last = admit(name, login, { last: met, sshHostKey }, parent) ?? met;
  for (const { step, after = [], ...command } of steps) {
    last = new Command(
      `${name}-${step}`,
      { ...command, connection: connection(login, "ssh", sshHostKey) },
      { parent, dependsOn: [last, ...after] },
    );
  }
  return { sshHostKey, last };
}

/** Host key that a machine gave, and the last command on it so far. */
interface Met {
  readonly last: Command;
  readonly sshHostKey: pulumi.Output<string>;
}

function meet(name: string, login: MachineLogin, parent: pulumi.Resource): Met {
  const firstContact = new Command(
    `${name}-first-contact`,
    {
      connection: connection(login, "first-contact", login.firstContactPublicKey),
      // Never change this command or its triggers: Pulumi would run it again on machines whose first-contact service has ended.
      create: "/usr/local/sbin/imera-first-contact",
      triggers: [login.dropletId],
    },
    // A change of the key would run it again, too. Another droplet is another trigger.
    { parent, ignoreChanges: login.kept === undefined ? [] : ["connection"] },
  );
  return { last: firstContact, sshHostKey: firstContact.stdout.apply((line) => line.trim()) };
}

/**
 * Has the key that the machine took last let in the stack's, where that is another one; converge takes the former away. Once it has
 * been run, the command stays in the state, where nothing but another key runs it again.
 */
function admit(name: string, login: MachineLogin, met: Met, parent: pulumi.Resource): Command | undefined {
  const { kept, provisioningPublicKey } = login;
  const isNeeded = kept !== undefined && isOtherKey(kept, provisioningPublicKey);
  if (kept === undefined || (!isNeeded && !kept.hasAdmission)) return undefined;
  const former = { ...login, provisioningPrivateKey: pulumi.secret(kept.privateKey) };
  return new Command(
    `${name}-admission`,
    {
      connection: connection(former, "ssh", met.sshHostKey),
      create:
        "umask 077 && mkdir -p /root/.ssh && cd /root/.ssh && read -r key && " +
        `{ grep -qsxF "$key" authorized_keys || printf '\\n%s\\n' "$key" >>authorized_keys; }`,
      stdin: `${provisioningPublicKey}\n`,
    },
    { parent, dependsOn: met.last, ignoreChanges: isNeeded ? [] : ["connection", "create", "stdin"] },
  );
}

function connection(
  login: MachineLogin,
  service: ServiceName,
  hostKey: pulumi.Input<string>,
): CommandArgs["connection"] {
  return {
    host: login.publicIpv4,
    port: serviceNamed(login.services, service).ports.first,
    user: "root",
    privateKey: login.provisioningPrivateKey,
    hostKey,
    // Two tries are at most 5 s apart, so a first boot has more than two minutes, and who is not in sshNetworks, where
    // each try takes its full time, is told after six.
    dialErrorLimit: 40,
    perDialTimeout: 5,
  };
}
