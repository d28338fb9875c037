import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PluginClient, startPlugin } from "../protocol/contract/plugin-client.ts";
import { type StubAnswer, type StubApi, startStubApi } from "../protocol/contract/stub-api.ts";
import { digitalOceanProvider } from "./provider.ts";

const urn = "urn:pulumi:dev::imera::digitalocean:index/vpc:Vpc::x";
const id = "00000000-0000-4000-8000-00000000dddd";
const given = { name: "net", region: "fra1" };
const refused = (status: number, message: string) => ({ status, body: { id: "forbidden", message } });

let answers: StubAnswer[];
let api: StubApi;
let plugin: PluginClient;

beforeEach(async () => {
  // The last one is given again and again.
  api = await startStubApi(() => (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 501 });
  plugin = await startPlugin(digitalOceanProvider, { apiEndpoint: api.url, token: "stub" });
});
afterEach(async () => {
  plugin.stop();
  await api.stop();
});

describe("deleting a VPC", () => {
  it("is asked for again while members are leaving it", async () => {
    answers = [refused(403, "Can not delete VPC with members"), { status: 204 }];
    await plugin.delete(urn, id, given, given);
    expect(api.takeRequests().map(({ status }) => status)).toEqual([403, 204]);
  });

  it("ends with what the API said last when the time is over", async () => {
    answers = [refused(403, "Can not delete default VPC")];
    await expect(plugin.delete(urn, id, given, given, 1)).rejects.toThrow(
      /time limit ended the wait for DigitalOcean to delete the VPC .*default one of its region.* Last seen: DELETE .*403 forbidden: Can not delete default VPC/,
    );
  });

  it("fails at once for another reason", async () => {
    answers = [refused(409, "The VPC is being peered"), { status: 204 }];
    await expect(plugin.delete(urn, id, given, given)).rejects.toThrow(/409 forbidden: The VPC is being peered/);
  });

  it("is done when it is gone", async () => {
    answers = [{ status: 404, body: { id: "not_found", message: "gone" } }];
    await expect(plugin.delete(urn, id, given, given)).resolves.toBeUndefined();
  });
});
