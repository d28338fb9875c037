import { APIError } from "cloudflare/error";
import type { ProviderFunction, Resource } from "../protocol/index.ts";
import type { Client } from "./client.ts";

/**
 * Wraps a resource's calls so that a refusal of the API is an error in words, with what to look at. The client's own message
 * is the raw body of the answer.
 */
export function plainResource(resource: Resource<Client>): Resource<Client> {
  const update = resource.update?.bind(resource);
  return {
    ...resource,
    create: (call) => inWords(resource.create(call)),
    read: (call) => inWords(resource.read(call)),
    ...(update === undefined ? {} : { update: (call) => inWords(update(call)) }),
    delete: (call) => inWords(resource.delete(call)),
  };
}

/** Wraps a provider function so that a refusal of the API is an error in words, with what to look at. */
export function plainFunction(definition: ProviderFunction<Client>): ProviderFunction<Client> {
  return { ...definition, invoke: (call) => inWords(definition.invoke(call)) };
}

async function inWords<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error)) error.message = words(error);
    throw error;
  }
}

function isRefusal(error: unknown): error is APIError {
  return error instanceof APIError;
}

function words(error: APIError): string {
  const { status } = error;
  if (status === undefined) {
    return "Cloudflare's API does not answer. Check cloudflare:baseUrl, and that the local cloud is up";
  }
  const said = `Cloudflare's API answered ${status}: ${reasons(error).join("; ")}.`;
  if (status !== 401 && status !== 403) return said;
  return `${said} Check cloudflare:apiToken: it must be whole, in force, usable from this address, and allowed to do this.`;
}

function reasons(error: APIError): string[] {
  const told = error.errors.flatMap((entry) => {
    const chain = "error_chain" in entry && Array.isArray(entry.error_chain) ? (entry.error_chain as Reason[]) : [];
    return [entry, ...chain].map(
      ({ code, message = "no reason" }) => `${message.replace(/\.$/, "")} (${code ?? "no code"})`,
    );
  });
  return told.length > 0 ? told : [error.message];
}

interface Reason {
  readonly code?: number;
  readonly message?: string;
}
