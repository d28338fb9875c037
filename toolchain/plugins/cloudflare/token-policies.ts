import type { Token, TokenPolicy } from "cloudflare/resources/shared";
import type { TokenUpdateParams } from "cloudflare/resources/user/tokens";
import { oneOf } from "./input-rules.ts";
import { stated } from "./wire-form.ts";
import { type InputsOf, list, object, type OutsOf, text } from "../protocol/index.ts";

/** Properties that user and account tokens have in common. */
export const tokenProperties = {
  name: text({ required: true }),
  policies: list(
    object({
      effect: text({ required: true, rule: oneOf(["allow", "deny"]) }),
      permissionGroups: list(object({ id: text({ required: true }) }), { required: true }),
      /** JSON, as the official plugin has it: `{"com.cloudflare.api.account.zone.<id>":"*"}`. */
      resources: text({ required: true }),
    }),
    { required: true },
  ),
  condition: object({ requestIp: object({ ins: list(text()), notIns: list(text()) }) }),
  expiresOn: text(),
  notBefore: text(),
  status: text({ computed: true, rule: oneOf(["active", "disabled", "expired"]) }),
  creatorEmailAtCreation: text({ output: true }),
  issuedOn: text({ output: true }),
  lastUsedOn: text({ output: true }),
  modifiedOn: text({ output: true, volatile: true }),
  provisionerId: text({ output: true }),
  provisionerType: text({ output: true }),
  /** The token itself, which the API tells once, at the create. The SDK marks it as a secret. */
  value: text({ output: true }),
} as const;

type TokenInputs = InputsOf<typeof tokenProperties>;

/** Makes the body of a token's create or update. Throws when `resources` of a policy is not JSON. */
export function tokenBody(inputs: TokenInputs): TokenUpdateParams {
  const { name, condition, expiresOn, notBefore, status } = inputs;
  const { ins, notIns } = condition?.requestIp ?? {};
  return {
    name,
    policies: inputs.policies.map((policy, index) => ({
      effect: policy.effect === "deny" ? "deny" : "allow",
      permission_groups: policy.permissionGroups.map(({ id }) => ({ id })),
      resources: policyResources(policy.resources, index),
    })),
    ...(condition === undefined
      ? {}
      : { condition: { request_ip: { ...(ins && { in: [...ins] }), ...(notIns && { not_in: [...notIns] }) } } }),
    ...(expiresOn === undefined ? {} : { expires_on: expiresOn }),
    ...(notBefore === undefined ? {} : { not_before: notBefore }),
    ...(status === undefined ? {} : { status: status === "disabled" ? "disabled" : "active" }),
  };
}

/** Makes a token's state from the API's answer. `value` is told by the API at the create only, so it comes from the caller. */
export function tokenOuts(token: Token, value: string | null): OutsOf<typeof tokenProperties> {
  const { in: ins, not_in: notIns } = token.condition?.request_ip ?? {};
  return stated({
    name: token.name,
    policies: (token.policies ?? []).map(policyOuts),
    condition: token.condition && { requestIp: { ...(ins && { ins }), ...(notIns && { notIns }) } },
    expiresOn: token.expires_on,
    notBefore: token.not_before,
    status: token.status,
    creatorEmailAtCreation: token.creator_email_at_creation ?? null,
    issuedOn: token.issued_on ?? null,
    lastUsedOn: token.last_used_on ?? null,
    modifiedOn: token.modified_on ?? null,
    provisionerId: token.provisioner_id ?? null,
    provisionerType: token.provisioner_type ?? null,
    value,
  });
}

function policyOuts({ effect, permission_groups, resources }: TokenPolicy) {
  return {
    effect,
    permissionGroups: permission_groups.map(({ id }) => ({ id })),
    resources: JSON.stringify(resources),
  };
}

function policyResources(json: string, index: number): TokenPolicy["resources"] {
  try {
    return JSON.parse(json) as TokenPolicy["resources"];
  } catch (cause) {
    throw new Error(`policies[${index}].resources must be a JSON object in a string, as JSON.stringify() makes it.`, {
      cause,
    });
  }
}
