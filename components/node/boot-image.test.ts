import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bootImage } from "./boot-image.ts";

/** Makes an engine whose account has these images; gives the warnings and the functions that were called. */
async function engine(images: () => object[]) {
  const warnings: string[] = [];
  const calls: object[] = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((text) => Promise.resolve(void warnings.push(text)));
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name }) => ({ id: name, state: {} }),
      call: ({ token, inputs }) => {
        calls.push({ token, inputs: inputs as unknown });
        return { id: "images", images: images() };
      },
    },
    "imera",
    "prod",
    false,
  );
  return { warnings, calls };
}

const image = (id: number, time: string, ...regions: string[]) => ({
  id,
  name: `imera-image-prod-${time}-ejabberd-26.07`,
  regions,
});
const choose = (region: string, setting = "prepared") => bootImage({ image: setting, region });

afterEach(() => vi.restoreAllMocks());

describe("the image of new droplets", () => {
  it("is the newest prepared one of this stack that the region has", async () => {
    const other = { ...image(4, "20261127T000000Z", "fra1"), name: "imera-image-test-20261127T000000Z-ejabberd-26.07" };
    const [old, young] = [image(1, "20261125T000000Z", "fra1", "ams3"), image(2, "20261126T000000Z", "fra1")];
    const { warnings, calls } = await engine(() => [old, young, other]);
    expect(await choose("fra1")).toBe("2");
    expect(await choose("ams3")).toBe("1");
    expect(warnings).toEqual([]);
    expect(calls[0]).toMatchObject({ inputs: { filters: [{ key: "private", values: ["true"] }] } });
  });

  it("is Debian's where there is no prepared one, with a word", async () => {
    const { warnings } = await engine(() => []);
    expect(await choose("fra1")).toBe("debian-13-x64");
    expect(warnings.join()).toMatch(/No prepared image of the stack prod in fra1: there is none.*npm run image/);
  });

  it("is Debian's where the prepared one is elsewhere, with a word", async () => {
    const { warnings } = await engine(() => [image(1, "20261125T000000Z", "fra1", "ams3")]);
    expect(await choose("lon1")).toBe("debian-13-x64");
    expect(warnings.join()).toContain(
      "in lon1: imera-image-prod-20261125T000000Z-ejabberd-26.07 is in fra1, ams3 only",
    );
  });

  it("is Debian's where DigitalOcean does not answer, with a word", async () => {
    const { warnings } = await engine(() => {
      // As gRPC does.
      throw Object.assign(new Error(), { details: "503 Service Unavailable" });
    });
    expect(await choose("fra1")).toBe("debian-13-x64");
    expect(warnings.join()).toMatch(/does not tell its images.*503 Service Unavailable/);
  });

  it("is the one that the settings name, and nobody is asked", async () => {
    const { calls } = await engine(() => []);
    expect(await choose("fra1", "debian-13-x64")).toBe("debian-13-x64");
    expect(await choose("fra1", "4711")).toBe("4711");
    expect(calls).toEqual([]);
  });
});
