import { SaxesParser } from "saxes";

/** XML element: what XMPP has of XML, so no comments, no processing instructions and no entities but the five of XML itself. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** Parses one element. Undefined for nothing, for what is not well-formed, is more or less than one element, nests more than 200 deep, or declares a document type. */
export function parseElement(xml: string | null | undefined): XmlElement | undefined {
  if (xml === null || xml === undefined) return undefined;
  const open: OpenElement[] = [{ name: "", attributes: {}, children: [] }];
  const problems: unknown[] = [];
  const parser = new SaxesParser({ fragment: true, xmlns: false as const });
  parser.on("error", (error) => problems.push(error));
  parser.on("doctype", (doctype) => problems.push(doctype));
  parser.on("opentag", ({ name, attributes }) => {
    if (open.push({ name, attributes, children: [] }) > deepest) problems.push("it is nested too deep");
  });
  parser.on("text", (text) => open.at(-1)?.children.push(text));
  parser.on("cdata", (text) => open.at(-1)?.children.push(text));
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed !== undefined) open.at(-1)?.children.push(closed);
  });
  parser.write(xml.replace(/^\s*<\?xml[^>]*\?>/, "")).close();
  const [root] = open;
  if (problems.length > 0 || open.length !== 1 || root === undefined) return undefined;
  const elements = root.children.filter(isElement);
  const text = root.children.filter((child) => typeof child === "string").join("");
  return elements.length === 1 && text.trim() === "" ? elements[0] : undefined;
}

/** Whatever goes through an element goes through those in it by calling itself. */
const deepest = 200;

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: (XmlElement | string)[];
}

/** Says whether a child is an element, and no text. */
export function isElement(child: XmlElement | string): child is XmlElement {
  return typeof child !== "string";
}

/** Writes an element as text. */
export function xmlText(element: XmlElement): string {
  const attributes = Object.entries(element.attributes).map(([name, value]) => ` ${name}='${escaped(value)}'`);
  const content = element.children.map((child) => (isElement(child) ? xmlText(child) : escaped(child))).join("");
  const start = `<${element.name}${attributes.join("")}`;
  return content === "" ? `${start}/>` : `${start}>${content}</${element.name}>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("'", "&apos;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

/** Gives the children with that name, and with that namespace where one is asked for. */
export function childrenNamed(element: XmlElement, name: string, namespace?: string): XmlElement[] {
  return element.children
    .filter(isElement)
    .filter((child) => child.name === name && (namespace === undefined || child.attributes["xmlns"] === namespace));
}

/** Gives the text in an element's first child of that name; a path of names leads deeper. Empty where there is none. */
export function childText(element: XmlElement, ...names: readonly string[]): string {
  const [first, ...rest] = names;
  if (first === undefined) return textOf(element);
  const [child] = childrenNamed(element, first);
  return child === undefined ? "" : childText(child, ...rest);
}

function textOf(element: XmlElement): string {
  return element.children.map((child) => (isElement(child) ? textOf(child) : child)).join("");
}

/** Gives the element with that namespace of its own, where it has none. */
export function withNamespace(element: XmlElement, namespace: string): XmlElement {
  return element.attributes["xmlns"] === undefined ? withAttributes(element, { xmlns: namespace }) : element;
}

/** Gives the element without that namespace of its own, as it stands where all around it has that namespace. */
export function withoutNamespace(element: XmlElement, namespace: string): XmlElement {
  const { xmlns, ...attributes } = element.attributes;
  return xmlns === namespace ? { ...element, attributes } : element;
}

/** Gives the element with these attributes before its own, in the place of those of the same name. */
export function withAttributes(element: XmlElement, attributes: Readonly<Record<string, string>>): XmlElement {
  return { ...element, attributes: { ...attributes, ...element.attributes, ...attributes } };
}
