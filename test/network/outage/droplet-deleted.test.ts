import { describe, expect, it } from "vitest";
import type { Cloud } from "../cloud.ts";
import { pulumi } from "../engine.ts";
import { loseDroplet } from "./loss.ts";
import { networkUnderTest } from "./network-under-test.ts";
import { nodeMachine } from "./node.ts";
import { operatorCommand, readyAtMs, rebuildNetwork } from "./operator.ts";
import { watchPorts } from "./port-watch.ts";
import { servedCertificate } from "./served-certificate.ts";
import { dataMountPoint } from "../../../components/model/node-facts.ts";

const network = networkUnderTest();
/** Makes another droplet by a run that leaves its set-up and proof out, and looks where the domain leads after that. */
async function expectNoNameToMove({ resolver, status }: Cloud, address: string): Promise<void> {
  const targets = ["**imera-xmpp1-droplet", "**imera-dns**"].flatMap((target) => ["--target", target]);
  const { exitCode, output } = await pulumi("up", "--refresh", "--yes", "--skip-preview", ...targets);
  expect(exitCode, output).toBe(0);
  expect(output).toContain("1 created");
  expect(await resolver.resolve4(`xmpp1.${status.domain}`)).toEqual([address]);
}

const certificatesMade = `ls ${dataMountPoint}/letsencrypt/archive/*/ | grep --count fullchain`;

describe("a droplet that was deleted behind Pulumi's back", () => {
  it("is rebuilt with the same volume: no acknowledged message lost, same certificate, nothing answers too early", async () => {
    const { cloud } = network.current;
    const old = await nodeMachine();
    const certificate = await servedCertificate(cloud, old.publicIpv4);
    const made = await old.shell(certificatesMade);
    await using client = await network.current.sendNumbers("droplet deleted");
    await client.acknowledges(20, 60_000);

    await loseDroplet(old);
    const watch = watchPorts(old.publicIpv4);
    const status = await operatorCommand("status");
    expect(status.output).toContain("does NOT serve its users");
    expect(status.exitCode).toBe(1);
    await expectNoNameToMove(cloud, old.publicIpv4);
    const report = await rebuildNetwork();
    await client.acknowledges(20, 120_000);

    const now = await nodeMachine();
    expect(now.dropletId).not.toBe(old.dropletId);
    // Prepared, and not of DigitalOcean's own images, which have a slug.
    expect(now.image).toMatch(/^\d+$/);
    expect(now.volumeIds).toEqual(old.volumeIds);
    expect(report.recoveries.map(({ outcome }) => outcome)).toEqual(["volume"]);
    expect(await servedCertificate(cloud, now.publicIpv4)).toBe(certificate);
    expect(await now.shell(certificatesMade)).toBe(made);
    const openings = await watch.stop();
    expect(openings.length).toBeGreaterThanOrEqual(5);
    expect(openings.filter(({ at }) => at < readyAtMs(report))).toEqual([]);
    await network.current.expectNothingLost(client);
  });
});
