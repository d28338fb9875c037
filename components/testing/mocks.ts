import * as pulumi from "@pulumi/pulumi";

/** Resource that a program asked for, as the engine would see it. */
export interface AskedFor {
  readonly type: string;
  readonly name: string;
  /** As the program gave them, without the marks on secrets. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that are marked secret, wholly or in a part. */
  readonly secretInputs: readonly string[];
}

/** Circumstances of a program on a made-up engine. */
export interface MockEngineOptions {
  /** Default: false. */
  readonly preview?: boolean;
  /** Outputs by name of a resource, in the place of those made up. Default: none. */
  readonly outputs?: Readonly<Record<string, object>>;
  /** Resources that the stack's state has, by URN. Default: none. */
  readonly state?: Readonly<Record<string, { readonly type: string; readonly outputs: object }>>;
}

/**
 * Replaces the engine for one test: notes what is asked for and makes up the outputs that the clouds would. Every resource
 * is in the list once its own outputs resolve, so await those before looking.
 */
export async function mockEngine(options: MockEngineOptions = {}): Promise<readonly AskedFor[]> {
  const askedFor: AskedFor[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const marked = Object.entries<unknown>(inputs as Record<string, unknown>);
        const secretInputs = marked
          .filter(([, value]) => JSON.stringify(value).includes(secretMark))
          .map(([key]) => key);
        const plain = Object.fromEntries(marked.map(([key, value]) => [key, unmarked(value)]));
        askedFor.push({ type, name, inputs: plain, secretInputs });
        return { id: idOf(type, name), state: { ...plain, ...made(type, name), ...options.outputs?.[name] } };
      },
      call: ({ token }) => (token === "pulumi:pulumi:readStackResourceOutputs" ? { outputs: options.state ?? {} } : {}),
    },
    "imera",
    "prod",
    options.preview ?? false,
  );
  return askedFor;
}

/** Finds the one resource of a name; throws when it was not asked for once. */
export function resource(askedFor: readonly AskedFor[], name: string): AskedFor {
  const found = askedFor.filter((candidate) => candidate.name === name);
  if (found[0] === undefined || found.length > 1) {
    throw new Error(
      `${found.length} resources named ${name}; there are: ${askedFor.map((asked) => asked.name).join(", ")}`,
    );
  }
  return found[0];
}

/** Resolves to the value of an output. */
export function resolved<Value>(output: pulumi.Output<Value>): Promise<pulumi.Unwrap<Value>> {
  return new Promise((resolve) => {
    pulumi.output(output).apply((value) => {
      resolve(value);
    });
  });
}

/** Mark of a secret between program and engine. */
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== "object" || value === null) return value;
  if (Object.values(value).includes(secretMark) && "value" in value) return unmarked(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unmarked(inner)]));
}

/** DigitalOcean's ids of droplets are numbers, and so is the text that stands for one. */
function idOf(type: string, name: string): string {
  return type === "digitalocean:index/droplet:Droplet" ? "4711" : `${name}-id`;
}

function made(type: string, name: string): Record<string, unknown> {
  switch (type) {
    case "digitalocean:index/droplet:Droplet":
      return { ipv4Address: "203.0.113.10", ipv6Address: "2001:db8::10", ipv4AddressPrivate: "10.110.0.2" };
    case "digitalocean:index/volume:Volume":
      return { name: `${name}-1a2b3c4` };
    case "digitalocean:index/spacesBucket:SpacesBucket":
      return { name: `${name}-1a2b3c4` };
    case "digitalocean:index/spacesKey:SpacesKey":
      return { accessKey: `access-${name}`, secretKey: `secret-${name}` };
    case "digitalocean:index/reservedIp:ReservedIp":
      return { ipAddress: "203.0.113.220" };
    case "cloudflare:index/apiToken:ApiToken":
      return { value: "token-of-the-node" };
    case "command:remote:Command":
      return { stdout: name.endsWith("first-contact") ? "ssh-ed25519 NODEKEY\n" : "" };
    default:
      return {};
  }
}
