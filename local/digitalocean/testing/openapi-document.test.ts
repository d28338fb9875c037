import { describe, expect, it } from "vitest";
import { apiRoutes } from "./api-routes.ts";
import { loadOpenapiDocument } from "./openapi-document.ts";
import { openapiSubset, type Operation } from "./openapi-subset.ts";

describe("the committed part of DigitalOcean's document", () => {
  const routes = apiRoutes();
  const operations: Operation[] = [];
  const subset = openapiSubset(loadOpenapiDocument(), (operation) => operations.push(operation) > 0);

  it.each(routes.all)("covers %s", (route) => {
    expect(operations.map((operation) => routes.answering(operation))).toContain(route);
  });

  it("has no operation that the local API lacks, and nothing else that the tests do not need", () => {
    expect(operations.filter((operation) => routes.answering(operation) === undefined)).toEqual([]);
    expect(subset).toEqual(loadOpenapiDocument());
  });
});

describe("openapiSubset", () => {
  const json = (schema: object) => ({ content: { "application/json": { schema, examples: { one: {} } } } });
  const get = (schema: object) => ({ get: { summary: "prose", responses: { 200: json(schema), default: error } } });
  const error = { $ref: "#/components/responses/error" };
  const document = {
    openapi: "3.0.0",
    info: { title: "API", description: "prose", version: "2.0", license: { name: "Apache 2.0", url: "" } },
    paths: {
      "/a": { ...get({ $ref: "#/components/schemas/a" }), delete: { responses: {} } },
      "/b": get({ $ref: "#/components/schemas/b" }),
    },
    components: {
      responses: { error: { description: "prose", ...json({ $ref: "#/components/schemas/error" }) }, other: {} },
      schemas: {
        error: { type: "string", nullable: true, "x-order": 1 },
        b: {},
        a: {
          description: "prose",
          properties: {
            // Names of properties, not keywords.
            description: { type: "string", description: "prose" },
            default: { items: { $ref: "#/components/schemas/c" } },
          },
        },
        c: { enum: ["a"], default: "a", additionalProperties: { title: "prose", type: "integer" } },
      },
    },
  };

  it("keeps the responses of what is wanted with all that they refer to, and no prose", () => {
    const bare = (schema: object) => ({ content: { "application/json": { schema } } });
    expect(openapiSubset(document, ({ method, template }) => method === "GET" && template === "/a")).toEqual({
      openapi: "3.0.0",
      info: { title: "API", version: "2.0", license: { name: "Apache 2.0", url: "" } },
      paths: { "/a": { get: { responses: { 200: bare({ $ref: "#/components/schemas/a" }), default: error } } } },
      components: {
        responses: { error: bare({ $ref: "#/components/schemas/error" }) },
        schemas: {
          a: {
            properties: { description: { type: "string" }, default: { items: { $ref: "#/components/schemas/c" } } },
          },
          c: { enum: ["a"], additionalProperties: { type: "integer" } },
          error: { type: "string", nullable: true },
        },
      },
    });
  });

  it("does not leave a reference that leads nowhere", () => {
    const broken = { ...document, components: { ...document.components, schemas: { error: {} } } };
    expect(() => openapiSubset(broken, ({ template }) => template === "/b")).toThrow(
      "refers to #/components/schemas/b and does not have it",
    );
  });
});
