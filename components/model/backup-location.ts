/** Bucket that backups are in, and the way to it. Nothing of it is secret. */
export interface BackupLocation {
  /** Host name of the S3 endpoint; https on port 443. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
}
