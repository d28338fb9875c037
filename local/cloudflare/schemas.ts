import { z } from "zod";
import { isAddressRange } from "./address-limits.ts";
import { policyResources, recordTypes, tokenCondition } from "./entities.ts";
import { CloudflareError, invalidBody } from "./errors.ts";
import { permissionGroup } from "./permission-groups.ts";

const recordFields = {
  name: z.string().min(1),
  type: z.enum(recordTypes, { error: `must be one of ${recordTypes.join(", ")} at the local Cloudflare` }),
  content: z.string().optional(),
  data: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  priority: z.number().int().min(0).max(65535).optional(),
  proxied: z.boolean().optional(),
  ttl: z.number().int().optional(),
  comment: z.string().max(500).nullish(),
  tags: z.array(z.string().regex(/^[^:]{1,32}(:.{0,100})?$/, "must be name or name:value")).optional(),
  settings: z.record(z.string(), z.boolean()).optional(),
};

/** Body of `POST` and `PUT …/dns_records`: a whole record. */
export const recordBody = z.strictObject(recordFields);

/** Body of `PATCH …/dns_records/{id}`: what is to change. */
export const recordPatch = z.strictObject(recordFields).partial();

const range = z.string().refine(isAddressRange, "must be an IP address or a CIDR");
const time = z.iso.datetime({ offset: true });

const policy = z.strictObject({
  /** Sent back by clients that change a token they have read; the API gives new ones. */
  id: z.string().optional(),
  effect: z.enum(["allow", "deny"]),
  permission_groups: z
    .array(
      z
        .object({ id: z.string() })
        .refine(({ id }) => permissionGroup(id) !== undefined, "is not a permission group of the local Cloudflare"),
    )
    .min(1),
  resources: policyResources.refine(
    (resources) =>
      Object.keys(resources).length > 0 &&
      Object.keys(resources).every((key) =>
        /^com\.cloudflare\.api\.(user|account(\.zone)?)\.([0-9a-f]{32}|\*)$/.test(key),
      ),
    "must name users, accounts or zones, as com.cloudflare.api.account.zone.<zone id>",
  ),
});

/** Body of `POST` and `PUT` on tokens. */
export const tokenBody = z.strictObject({
  name: z.string().min(1).max(120),
  policies: z.array(policy).min(1),
  condition: tokenCondition
    .extend({
      request_ip: z.strictObject({ in: z.array(range).optional(), not_in: z.array(range).optional() }).optional(),
    })
    .optional(),
  expires_on: time.optional(),
  not_before: time.optional(),
  status: z.enum(["active", "disabled"]).optional(),
});

/** Reads a body as `schema` says; throws the 400 that names each path and what is wrong there. */
export async function readBody<T>(request: { json(): Promise<unknown> }, schema: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = await request.json();
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CloudflareError(400, [{ code: 6007, message: "Malformed JSON in request body" }]);
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalidBody(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
}
