/** Ends of what people leave on the server. Days and sizes of 0 are without end, but for uploads and what is sent, which always have one. */
export interface DataLimits {
  readonly archiveKeepDays: number;
  /** Archive that each account and each room may keep. */
  readonly archiveQuotaMiB: number;
  /** What each account may send in a day to be kept. */
  readonly sendQuotaMiB: number;
  readonly uploadKeepDays: number;
  /** Uploads that each user may keep. */
  readonly uploadQuotaMiB: number;
}

/** Tells people in one text how long the server keeps what they leave on it. */
export function describeData(limits: DataLimits): string {
  const { archiveKeepDays, archiveQuotaMiB, sendQuotaMiB, uploadKeepDays, uploadQuotaMiB } = limits;
  const archive =
    archiveKeepDays === 0
      ? "Messages stay in the archive as long as the account."
      : `Messages stay in the archive for ${archiveKeepDays} days.`;
  const size = archiveQuotaMiB === 0 ? [] : [`Of an archive of more than ${archiveQuotaMiB} MiB, the oldest go first.`];
  const uploads = `Uploads stay for ${uploadKeepDays} days, the newest ${uploadQuotaMiB} MiB of each user.`;
  return [archive, ...size, uploads, `Each account may send ${sendQuotaMiB} MiB a day.`].join(" ");
}

/** Gives the options of mod_providers, which publishes the limits for programs: https://providers.xmpp.net. Sizes are in MB there. */
export function providerFile(limits: DataLimits) {
  return {
    maximumMessageArchiveManagementStorageTime: limits.archiveKeepDays,
    maximumHttpFileUploadStorageTime: limits.uploadKeepDays,
    maximumHttpFileUploadTotalSize: Math.floor((limits.uploadQuotaMiB * 1024 * 1024) / 1_000_000),
  };
}
