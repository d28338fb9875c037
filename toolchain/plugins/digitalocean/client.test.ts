import { afterEach, describe, expect, it } from "vitest";
import { type StubAnswer, type StubApi, startStubApi } from "../protocol/contract/stub-api.ts";
import { ApiError, DigitalOcean } from "./client.ts";

let api: StubApi | undefined;
afterEach(() => api?.stop());

const { signal } = new AbortController();
const refusal = { id: "not_found", message: "There is no such volume.", request_id: "r-1" };

async function answering(...answers: StubAnswer[]) {
  api = await startStubApi(() => answers.shift() ?? { status: 200, body: { volume: { name: "data" } } });
  return new DigitalOcean({ endpoint: api.url, token: "t0ken", firstRetryMs: 1 });
}

const getVolume = (client: DigitalOcean) => client.call(signal, (each) => each.volumes.byVolume_id("v").get());

describe("DigitalOcean", () => {
  it("asks as the token's owner", async () => {
    const client = await answering();
    expect((await getVolume(client))?.volume?.name).toBe("data");
    expect(api?.takeRequests()).toMatchObject([{ path: "/v2/volumes/v", headers: { authorization: "Bearer t0ken" } }]);
  });

  it("says which request was refused, with status, id and message", async () => {
    const client = await answering({ status: 422, body: { ...refusal, id: "unprocessable_entity" } });
    const message = `GET ${api?.url ?? ""}/v2/volumes/v: 422 (request "r-1") unprocessable_entity: There is no such volume.`;
    await expect(getVolume(client)).rejects.toThrow(new ApiError(message, 422));
  });

  it("finds nothing where the API answers 404, and fails on anything else", async () => {
    const client = await answering({ status: 404, body: refusal }, { status: 403, body: refusal });
    const find = () => client.find(signal, (each) => each.volumes.byVolume_id("v").get());
    expect(await find()).toBeUndefined();
    await expect(find()).rejects.toThrow(/403/);
  });

  it("tries again on 429 and 5xx", async () => {
    const client = await answering({ status: 429, body: refusal }, { status: 503, body: refusal });
    expect((await getVolume(client))?.volume?.name).toBe("data");
    expect(api?.takeRequests()).toHaveLength(3);
  });

  it("does not try again on 501", async () => {
    const client = await answering({ status: 501, body: refusal });
    await expect(getVolume(client)).rejects.toThrow("There is no such volume");
    expect(api?.takeRequests()).toHaveLength(1);
  });

  it("gives up with the API's last words", async () => {
    const client = await answering(...Array.from({ length: 5 }, () => ({ status: 500, body: refusal })));
    await expect(getVolume(client)).rejects.toThrow(/500 .*There is no such volume/);
  });

  it("names the address that does not answer", async () => {
    const client = await answering();
    await api?.stop();
    await expect(getVolume(client)).rejects.toThrow(/GET http:\/\/127\.0\.0\.1:\d+\/v2\/volumes\/v: .*ECONNREFUSED/);
  });
});
