import { expect, it } from "vitest";
import { describeData, providerFile } from "./data-limits.ts";

const limits = {
  archiveKeepDays: 365,
  archiveQuotaMiB: 500,
  sendQuotaMiB: 100,
  uploadKeepDays: 90,
  uploadQuotaMiB: 1000,
};

it("people are told how long what they leave on the server stays", () => {
  expect(describeData(limits)).toBe(
    "Messages stay in the archive for 365 days. Of an archive of more than 500 MiB, the oldest go first. " +
      "Uploads stay for 90 days, the newest 1000 MiB of each user. Each account may send 100 MiB a day.",
  );
});

it("people are told where messages have no end", () => {
  const text = describeData({ ...limits, archiveKeepDays: 0, archiveQuotaMiB: 0 });
  expect(text).toMatch(/^Messages stay in the archive as long as the account\. Uploads/);
});

it("programs are told days, with 0 for no limit, and sizes in MB", () => {
  expect(providerFile({ ...limits, archiveKeepDays: 0 })).toEqual({
    maximumMessageArchiveManagementStorageTime: 0,
    maximumHttpFileUploadStorageTime: 90,
    maximumHttpFileUploadTotalSize: 1048,
  });
});
