import { Ajv2019, type ValidateFunction } from "ajv/dist/2019.js";
import addFormats from "ajv-formats";
import { z } from "zod";
import { loadOpenapiDocument } from "./openapi-document.ts";

/** Request to an API, and the answer. */
export interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  readonly headers: Headers;
}

/**
 * Checks answers against the committed part of DigitalOcean's OpenAPI document: status, headers and body. Fields that the
 * document does not know are problems too, although it forbids them almost nowhere. The returned list is empty for an answer that fits.
 */
export function openapiContract(): (answer: Answer) => string[] {
  const document = documentSchema.parse(toJsonSchema(loadOpenapiDocument()));
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`),
  }));
  const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false, unicodeRegExp: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: "openapi", components: document.components });
  const validators = new Map<string, ValidateFunction>();

  return (answer) => {
    const matching = routes.filter(({ pattern }) => pattern.test(answer.path));
    // `/droplets/actions` before `/droplets/{id}`.
    const route = matching.toSorted((a, b) => parameters(a.template) - parameters(b.template))[0];
    const operation = route?.operations[answer.method.toLowerCase()];
    // What DigitalOcean does not have cannot be judged, but it must not look like a success.
    if (route === undefined || operation === undefined) {
      return answer.status === 501 ? [] : [`${answer.method} ${answer.path} is not in the document`];
    }
    const named = operation.responses[String(answer.status)];
    const response = named ?? (answer.status >= 400 ? operation.responses["default"] : undefined);
    if (response === undefined) return [`status ${answer.status} is not in the document`];
    const content = resolve(document, response).content?.["application/json"]?.schema;
    if (content === undefined) return answer.body === undefined ? [] : ["a body where the document has none"];
    const key = `${answer.method} ${route.template} ${answer.status}`;
    const validate = validators.get(key) ?? ajv.compile(closed(content));
    validators.set(key, validate);
    const problems = validate(answer.body) ? [] : (validate.errors ?? []).map(describe);
    return [...problems, ...missingHeaders(answer.headers)];
  };
}

const response = z.object({
  $ref: z.string().optional(),
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() })).optional(),
});
const operation = z.object({ responses: z.record(z.string(), response) });
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.looseObject({}).transform((item) =>
      Object.fromEntries(
        Object.entries(item).flatMap(([method, value]) => {
          const parsed = operation.safeParse(value);
          return parsed.success ? [[method, parsed.data] as const] : [];
        }),
      ),
    ),
  ),
  components: z.looseObject({ responses: z.record(z.string(), response) }),
});
type Document = z.infer<typeof documentSchema>;

function resolve(document: Document, found: z.infer<typeof response>): z.infer<typeof response> {
  const name = found.$ref?.split("/").at(-1);
  return name === undefined ? found : (document.components.responses[mistaken.get(name) ?? name] ?? {});
}

/**
 * OpenAPI 3.0's dialect as JSON Schema 2019-09: `nullable` becomes a second choice, references point to the document, and
 * every property and item is closed against fields that its schema does not name.
 */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== "object" || node === null) return node;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "nullable") continue;
    if (key === "properties" && isObject(value)) {
      result[key] = Object.fromEntries(
        Object.entries({ ...value, ...undocumentedBeside(value) }).map(([name, inner]) => [
          misspelt.get(name) ?? name,
          closed(toJsonSchema(inner)),
        ]),
      );
    } else if (key === "items") {
      result[key] = closed(toJsonSchema(value));
    } else if (key === "$ref" && typeof value === "string" && value.startsWith("#/components/schemas/")) {
      result[key] = `openapi${value}`;
    } else {
      result[key] = toJsonSchema(value);
    }
  }
  return "nullable" in node && node.nullable === true ? { anyOf: [result, { type: "null" }] } : result;
}

/**
 * Schemas that the document's own examples contradict; DigitalOcean answers as in those. That of one Spaces key is a list's,
 * that of an image's action has no `action` around it.
 */
const mistaken = new Map([
  ["key_get", "key_update"],
  ["post_image_action_response", "action"],
]);

/** The document writes `imgages` in a tag's resources; DigitalOcean answers `images`, and its plugin reads that. */
const misspelt = new Map([["imgages", "images"]]);

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bare `type: object` stays open: the document says nothing of what is inside. */
function closed(schema: unknown): JsonObject {
  if (!isObject(schema)) return {};
  const describes = ["$ref", "properties", "allOf", "anyOf", "oneOf"].some((key) => key in schema);
  return describes ? { ...schema, unevaluatedProperties: false } : schema;
}

function parameters(template: string): number {
  return template.split("{").length;
}

function describe(error: { instancePath: string; message?: string; params: unknown }): string {
  return `${error.instancePath} ${error.message ?? "does not fit"} ${JSON.stringify(error.params)}`;
}

function missingHeaders(headers: Headers): string[] {
  return ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
    .filter((name) => !/^\d+$/.test(headers.get(name) ?? ""))
    .map((name) => `header ${name} is missing`);
}

/** The document leaves two of an account's limits out; DigitalOcean answers them, and its Go client reads them. */
function undocumentedBeside(properties: object): JsonObject {
  const limit = { type: "integer" };
  return "droplet_limit" in properties ? { volume_limit: limit, reserved_ip_limit: limit } : {};
}
