import type { StubAnswer, StubRequest } from "../../protocol/contract/stub-api.ts";
import type { Entity, StubState } from "./stub-state.ts";

/** Configuration of the provider with which the stub, being its proxy, is Spaces. */
export const stubSpaces = {
  spacesEndpoint: "http://{{.Region}}.spaces.test",
  spacesAccessId: "stub",
  spacesSecretKey: "stub",
} as const;

/** Spaces' S3, in which each bucket keeps the bodies that were put to it, by subresource. */
export class StubSpaces {
  readonly #buckets = new Map<string, Map<string, string>>();

  answer({ method, host, path, body }: StubRequest & { readonly host: string }): StubAnswer {
    const { pathname, searchParams } = new URL(path, `http://${host}`);
    const [subresource = ""] = searchParams.keys();
    if (subresource === "location") {
      return xml(`<LocationConstraint xmlns="${NAMESPACE}">${host.split(".")[0] ?? ""}</LocationConstraint>`);
    }
    const name = pathname === "/" ? (host.split(".")[0] ?? "") : pathname.slice(1);
    if (method === "PUT" && subresource === "") this.#buckets.set(name, new Map());
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return refused("NoSuchBucket");
    if (method === "PUT") return this.#put(bucket, subresource, body);
    if (method === "DELETE") {
      if (subresource === "") this.#buckets.delete(name);
      return { status: bucket.delete(subresource) || subresource === "" ? 204 : 404 };
    }
    const found = bucket.get(subresource);
    if (found !== undefined) return xml(found);
    if (subresource === "lifecycle") return refused("NoSuchLifecycleConfiguration");
    return xml(subresource === "versioning" ? `<VersioningConfiguration xmlns="${NAMESPACE}"/>` : "");
  }

  #put(bucket: Map<string, string>, subresource: string, body: unknown): StubAnswer {
    if (typeof body === "string") bucket.set(subresource, body);
    return { status: 200 };
  }
}

/** `/v2/spaces/keys`: tells the secret half once. */
export function spacesKeys(stub: StubState, method: string, id: string | undefined, body: Entity): StubAnswer {
  const all = stub.collection("spaces keys");
  if (id === undefined) {
    const key = { ...body, access_key: stub.nextId, created_at: "2026-11-22T18:00:00Z" };
    all.set(stub.nextId, key);
    return { status: 201, body: { key: { ...key, secret_key: "secret" } } };
  }
  const found = all.get(id);
  if (found === undefined) return { status: 404 };
  if (method === "DELETE") return { status: all.delete(id) ? 204 : 404 };
  if (method === "PUT") Object.assign(found, body);
  return { status: 200, body: { key: found } };
}

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

function xml(body: string): StubAnswer {
  return { status: 200, body };
}

function refused(code: string): StubAnswer {
  return { status: 404, body: `<Error><Code>${code}</Code><Message>stub</Message></Error>` };
}
