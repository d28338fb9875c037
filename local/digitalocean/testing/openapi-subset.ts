import { z } from "zod";

/** An operation of an OpenAPI document: its HTTP method in upper case, and its path with parameters in braces. */
export interface Operation {
  readonly method: string;
  readonly template: string;
}

/** An OpenAPI 3.0 document with no more than is needed to judge answers: each operation has its responses only. */
export interface OpenapiSubset {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly license: object };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: JsonObject }>>>>;
  readonly components: { readonly responses: JsonObject; readonly schemas: JsonObject };
}

/**
 * Reduces DigitalOcean's whole OpenAPI document to the operations that `isWanted` picks: their responses in JSON and the
 * schemas that these refer to, without prose, examples and annotations. Throws a ZodError when `document` is not of that
 * form, and an Error when a reference leads nowhere.
 */
export function openapiSubset(document: unknown, isWanted: (operation: Operation) => boolean): OpenapiSubset {
  const { openapi, info, paths, components } = wholeDocument.parse(document);
  const wantedPaths = Object.entries(paths).flatMap(([template, item]) => {
    const operations = Object.entries(item).flatMap(([method, value]) => {
      const parsed = operation.safeParse(value);
      if (!parsed.success || !isWanted({ method: method.toUpperCase(), template })) return [];
      return [[method, { responses: mapValues(parsed.data.responses, bareResponse) }] as const];
    });
    return operations.length === 0 ? [] : [[template, Object.fromEntries(operations)] as const];
  });
  const wanted = Object.fromEntries(wantedPaths);
  const responses = referenced("responses", wanted, components.responses, bareResponse);
  const schemas = referenced("schemas", { wanted, responses }, components.schemas, bareSchema);
  return { openapi, info, paths: wanted, components: { responses, schemas } };
}

type JsonObject = Readonly<Record<string, unknown>>;

const anyObject = z.record(z.string(), z.unknown());
const operation = z.object({ responses: anyObject });
const wholeDocument = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), license: z.object({ name: z.string(), url: z.string() }) }),
  paths: z.record(z.string(), anyObject),
  components: z.object({ responses: anyObject, schemas: anyObject }),
});

const responseForm = z.object({
  $ref: z.string().optional(),
  content: z.object({ "application/json": z.object({ schema: z.unknown() }).optional() }).optional(),
});

/** Keeps of a response its reference, or the schema of its JSON body if it has one. */
function bareResponse(response: unknown): JsonObject {
  const { $ref, content } = responseForm.parse(response);
  if ($ref !== undefined) return { $ref };
  const schema = content?.["application/json"]?.schema;
  return schema === undefined ? {} : { content: { "application/json": { schema: bareSchema(schema) } } };
}

/** Keywords that do not change which values a schema allows. */
const annotations = new Set([
  ...["title", "summary", "description", "externalDocs", "example", "examples", "default"],
  ...["deprecated", "readOnly", "writeOnly", "discriminator", "x-order"],
]);

/** Keeps of a schema what decides which values it allows. Names of properties are no keywords, and all stay. */
function bareSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bareSchema);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !annotations.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]) =>
      keyword === "properties" && isObject(value)
        ? [keyword, mapValues(value, bareSchema)]
        : [keyword, bareSchema(value)],
    ),
  );
}

/** The components of one kind that `root` refers to, directly or through each other, sorted by name. */
function referenced(kind: string, root: unknown, all: JsonObject, bare: (component: unknown) => unknown): JsonObject {
  const found = new Map<string, unknown>();
  const waiting = namesIn(kind, root);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    if (!(name in all)) throw new Error(`The document refers to #/components/${kind}/${name} and does not have it.`);
    const component = bare(all[name]);
    found.set(name, component);
    waiting.push(...namesIn(kind, component));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function namesIn(kind: string, value: unknown): string[] {
  if (!isObject(value) && !Array.isArray(value)) return [];
  const { $ref } = value as { readonly $ref?: unknown };
  const prefix = `#/components/${kind}/`;
  if (typeof $ref === "string" && $ref.startsWith(prefix)) return [$ref.slice(prefix.length)];
  return Object.values(value).flatMap((inner) => namesIn(kind, inner));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues<T>(object: JsonObject, change: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
