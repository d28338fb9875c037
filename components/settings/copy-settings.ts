import { z } from "zod";
import { hostNameOrNothing, integer } from "./types.ts";

/** Plain settings of the copy of all backups at another provider; without `copyBucket` there is none. */
export const copySettings = {
  copyBucket: z
    .string()
    .regex(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/, { error: "expected the name of a bucket, or nothing" })
    .default("")
    .meta({
      description:
        "Bucket at another provider that `npm run copy` fills with a copy of all backups. Make it there yourself, with Object Lock. " +
        "Needs copyEndpoint and copyRegion.",
      example: "imera-copy",
    }),
  copyEndpoint: hostNameOrNothing().default("").meta({
    description: "Host name of that provider's S3 endpoint, by https.",
    example: "s3.eu-central-003.backblazeb2.com",
  }),
  copyRegion: z
    .string()
    .regex(/^[a-z0-9-]*$/, { error: "expected what the provider calls its region, such as eu-central-003, or nothing" })
    .default("")
    .meta({ description: "Region of that bucket, as its provider calls it.", example: "eu-central-003" }),
  copyKeepDays: integer(z.int().min(7).max(3650)).default(30).meta({
    description:
      "Days that the copy keeps what the network's own bucket has deleted. The bucket's Object Lock has to last as long.",
    example: 90,
  }),
};
