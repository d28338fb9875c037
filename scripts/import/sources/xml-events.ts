import { realpathSync } from "node:fs";
import path from "node:path";
import { SaxesParser } from "saxes";
import { fileBytes } from "./file-bytes.ts";
import { SourceError, type Place } from "./source-error.ts";
import { textDecoder } from "./text-decoder.ts";

/** Part of an XML document, in its order. What another file holds and the document includes (XInclude) stands where it is included. */
export type XmlEvent = OpenedTag | { readonly kind: "text"; readonly text: string } | { readonly kind: "close" };

/** Start of an element. */
export interface OpenedTag {
  readonly kind: "open";
  /** Name without a prefix. */
  readonly name: string;
  /** Namespace; empty: none. */
  readonly uri: string;
  /** Attributes by name. Of those with a prefix only the ones of XML itself are there, such as `xml:lang`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly place: Place;
}

/** Limits of what is read: all above them is no export of a chat server any more. */
const xmlLimits = { depth: 200, partCharacters: 16 * 1024 * 1024 };

/**
 * Reads an XML document, some parts at a time. Documents of the same folder may be included. Throws a {@link SourceError} that names the line
 * for what is not well-formed, declares a document type, nests too deep, or has a tag or text of more than 16 Mi characters.
 */
export async function* xmlEvents(file: string, including: readonly string[] = []): AsyncGenerator<readonly XmlEvent[]> {
  const reading = newReading(file);
  const decode = textDecoder(file);
  for await (const chunk of fileBytes(file)) {
    reading.write(decode(chunk));
    yield* expanded(reading, [...including, file]);
  }
  reading.write(decode(undefined));
  reading.end();
  yield* expanded(reading, [...including, file]);
}

interface Inclusion {
  readonly kind: "include";
  readonly href: string;
  readonly place: Place;
}

interface Reading {
  readonly found: (XmlEvent | Inclusion)[];
  write(text: string): void;
  end(): void;
}

async function* expanded(reading: Reading, files: readonly string[]): AsyncGenerator<readonly XmlEvent[]> {
  let events: XmlEvent[] = [];
  for (const each of reading.found.splice(0)) {
    if (each.kind === "include") {
      yield events;
      events = [];
      yield* xmlEvents(includedFile(each, files), files);
    } else events.push(each);
  }
  yield events;
}

function newReading(file: string): Reading {
  const found: (XmlEvent | Inclusion)[] = [];
  const parser = new SaxesParser({ xmlns: true });
  const place = (): Place => ({ file, line: parser.line });
  let [depth, skipping, pending] = [0, 0, 0];
  const add = (event: XmlEvent | Inclusion) => {
    pending = 0;
    if (skipping === 0) found.push(event);
  };
  parser.on("error", (error) => {
    throw new SourceError(place(), `it is not well-formed XML (${error.message.replace(/^[\d:]+ /, "")})`, damaged);
  });
  parser.on("doctype", () => {
    throw new SourceError(place(), "it declares a document type, and no server's export does", foreign);
  });
  parser.on("opentag", ({ local, uri, attributes }) => {
    if (++depth > xmlLimits.depth) {
      throw new SourceError(place(), `its elements are nested more than ${xmlLimits.depth} deep`, foreign);
    }
    if (uri === xinclude && local === "include") add(inclusion(attributes, place()));
    if (uri === xinclude || skipping > 0) skipping++;
    else add({ kind: "open", name: local, uri, attributes: plainAttributes(attributes), place: place() });
  });
  parser.on("closetag", () => {
    depth--;
    if (skipping > 0) skipping--;
    else add({ kind: "close" });
  });
  for (const kind of ["text", "cdata"] as const) {
    parser.on(kind, (text) => {
      if (depth > 0) add({ kind: "text", text });
    });
  }
  return {
    found,
    write: (text) => {
      pending += text.length;
      parser.write(text);
      if (pending > xmlLimits.partCharacters) throw new SourceError(place(), "a tag or text of it has no end", damaged);
    },
    end: () => {
      if (depth > 0) throw new SourceError(place(), "it ends before its elements do: it is cut off", damaged);
      parser.close();
    },
  };
}

const xinclude = "http://www.w3.org/2001/XInclude";
const damaged = "See whether the file is damaged, and make the export again.";
const foreign = "See whether it is an export of a chat server.";

type Attributes = Readonly<Record<string, { readonly prefix: string; readonly local: string; readonly value: string }>>;

function plainAttributes(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { prefix, value }]) =>
      (prefix === "" || prefix === "xml") && name !== "xmlns" ? [[name, value]] : [],
    ),
  );
}

function inclusion(attributes: Attributes, place: Place): Inclusion {
  const { href, parse } = plainAttributes(attributes);
  if (href !== undefined && (parse ?? "xml") === "xml") return { kind: "include", href, place };
  throw new SourceError(place, "it includes something that is no XML file", foreign);
}

/** Finds an included file. It has to be in the folder of the file that includes it, or below: an export has no business elsewhere. */
function includedFile({ href, place }: Inclusion, files: readonly string[]): string {
  const folder = path.dirname(place.file);
  const file = path.join(folder, /%(?![0-9a-f]{2})/i.test(href) ? href : decodeURIComponent(href));
  const refuse = (problem: string): never => {
    throw new SourceError(place, `it includes ${href}, ${problem}`, "Put all files of the export into one folder.");
  };
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return refuse("which is no file of its folder");
  const [realFolder, real] = [realPath(folder), realPath(file)];
  if (real === undefined || realFolder === undefined) return refuse("which is not there");
  if (!real.startsWith(`${realFolder}${path.sep}`)) return refuse("which is no file of its folder");
  if (files.some((each) => realPath(each) === real)) return refuse("which includes this file again");
  return file;
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
