import { userData } from "../../components/node/cloud-init.ts";
import { firstBootFiles, staticFiles } from "../../components/node/files.ts";
import { serviceNamed, services } from "../../components/model/services.ts";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import { bootDroplet } from "./scratch-droplet.ts";
import { digitaloceanAction, digitaloceanList } from "./vendors.ts";

const name = "prepared-image";

/**
 * Makes a snapshot of a throw-away droplet that a node's own first boot put its packages on, and resolves to its id: a value of
 * `imera:image`. `size` is the slug of the droplet's size; larger ones can use the image, too.
 */
export async function prepareImage(size: string): Promise<number> {
  const order = { name, region: "fra1", size, user_data: firstBoot() };
  await using droplet = await bootDroplet(order);
  await droplet.shell(`dpkg-query --show ejabberd postgresql-17 pgbackrest restic && ${clean}`);
  const actions = `droplets/${droplet.id}/actions`;
  await digitaloceanAction(actions, { type: "shutdown" });
  await digitaloceanAction(actions, { type: "snapshot", name });
  const images = (await digitaloceanList("images")) as { id: number; name: string }[];
  const image = images.find((candidate) => candidate.name === name);
  if (image === undefined) throw new Error(`no image ${name} although its snapshot was made`);
  return image.id;
}

/** The user data of a node whose throw-away key nobody knows. */
function firstBoot(): string {
  const model = services({ turnRelayPorts: { first: 49_152, last: 49_407 } });
  return userData({
    firstContactPrivateKey: generateOpenSshKeyPair(name).privateKey,
    firstContactPort: serviceNamed(model, "first-contact").ports,
    files: firstBootFiles(staticFiles()),
  });
}

/**
 * Takes away what is one machine's own, as for each image that many machines are made from. The machine's id becomes empty, not
 * "uninitialized": that would make systemd take the next boot for the first and enable every unit.
 */
const clean = [
  "imera-first-contact close",
  "rm -rf /etc/imera /root/.ssh /etc/ssh/ssh_host_* /var/lib/ejabberd/.erlang.cookie /etc/ejabberd/*.pem",
  "apt-get clean",
  "cloud-init clean --logs --configs network",
  "rm -rf /var/log/journal/* /var/lib/systemd/random-seed",
  ": > /etc/machine-id",
].join(" && ");
