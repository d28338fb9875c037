import { expect, it } from "vitest";
import { copyKeyInEnvironment } from "./copy-settings.ts";
import { describeCopy, readCopyStatus } from "./copy-status.ts";
import { runCopy } from "./run-copy.ts";
import { fillBucket, firstLabel } from "./testing/fill-bucket.ts";
import { startTwoProviders } from "./testing/two-providers.ts";

const hourMs = 3_600_000;

it("tells a copy's age, size and what a restore gets, and goes red with age and with a loss of its own", async () => {
  const { node, source, target } = await startTwoProviders();
  expect(await readCopyStatus(target, 30)).toMatchObject({
    healthy: false,
    troubles: ["no copy has come to its end yet", expect.stringContaining("the copy does not have postgresql/")],
  });
  await fillBucket(node);
  await fillBucket(node, { label: `${firstLabel}_20261102-030000I` });
  await runCopy({ domain: "example.org", source, target, keepDays: 30, acceptLoss: true, report: () => undefined });
  const status = await readCopyStatus(target, 30);
  expect(status).toMatchObject({ healthy: true, newestBackup: `${firstLabel}_20261102-030000I`, troubles: [] });
  const text = describeCopy(status, target);
  expect(text).toContain("Copy of all backups of example.org, in copy at elsewhere-1.");
  expect(text).toMatch(/a restore gets {2}backup 20261101-030000F_20261102-030000I, and changes\s+until\s+20\d\d-/);
  expect(
    text
      .split("\n")
      .slice(1)
      .filter((line) => line.length > 80),
  ).toEqual([]);
  expect((await readCopyStatus(target, 30, Date.now() + 25 * hourMs)).healthy).toBe(true);
  const old = await readCopyStatus(target, 30, Date.now() + 27 * hourMs);
  expect(old.troubles).toEqual([expect.stringMatching(/^the last copy is from .* \(1 d 3 h ago\)$/)]);
  await target.remove("files/config");
  expect((await readCopyStatus(target, 30)).troubles).toEqual([
    "the copy does not have files/config",
    expect.stringMatching(/^the copy has \d+ objects, and had \d+/),
  ]);
});

it.each([
  [{}, "COPY_ACCESS_KEY_ID and COPY_SECRET_ACCESS_KEY: not in the environment"],
  [{ COPY_ACCESS_KEY_ID: "a" }, "COPY_SECRET_ACCESS_KEY: not in"],
  [{ COPY_ACCESS_KEY_ID: "", COPY_SECRET_ACCESS_KEY: "s" }, "COPY_ACCESS_KEY_ID: not in"],
])("of the copy's key in %j says what is missing", (environment, problem) => {
  expect(() => copyKeyInEnvironment(environment)).toThrow(problem);
});
