import type { XmlElement } from "../model/element.ts";
import { SourceError, type Place } from "./source-error.ts";
import { type OpenedTag, type XmlEvent, xmlEvents } from "./xml-events.ts";

/** Element of a long document that is read as a whole, such as a contact or a message. */
export interface XmlRecord {
  readonly kind: "record";
  /** Element with its namespace. */
  readonly element: XmlElement;
  readonly place: Place;
}

/** Step through a long document: an element that holds records begins or ends, or one record of it. `around` are the elements it is in. */
export type XmlStep = (XmlRecord | { readonly kind: "begin" | "end"; readonly tag: OpenedTag }) & {
  readonly around: readonly OpenedTag[];
};

type HoldsRecords = (tag: OpenedTag, around: readonly OpenedTag[]) => boolean;

/**
 * Reads a document of any length, with no more than one record of it in memory. `holdsRecords` says whether an element, given with
 * those around it, is only there to hold others. Throws a {@link SourceError} for what {@link xmlEvents} refuses, and for a record of
 * more than 16 Mi characters or 100,000 elements.
 */
export async function* xmlSteps(file: string, holdsRecords: HoldsRecords): AsyncGenerator<XmlStep> {
  const stepping = new Stepping(holdsRecords);
  for await (const events of xmlEvents(file)) {
    for (const event of events) {
      const step = stepping.take(event);
      if (step !== undefined) yield step;
    }
  }
}

class Stepping {
  private readonly around: OpenedTag[] = [];
  private record: RecordBuilder | undefined;
  private readonly holdsRecords: HoldsRecords;

  constructor(holdsRecords: HoldsRecords) {
    this.holdsRecords = holdsRecords;
  }

  take(event: XmlEvent): XmlStep | undefined {
    if (this.record !== undefined) return this.grow(this.record, event);
    const around = [...this.around];
    if (event.kind === "close") {
      const tag = this.around.pop();
      return tag === undefined ? undefined : { kind: "end", tag, around: around.slice(0, -1) };
    }
    if (event.kind === "text") return undefined;
    if (this.holdsRecords(event, around)) {
      this.around.push(event);
      return { kind: "begin", tag: event, around };
    }
    this.record = new RecordBuilder(event);
    return undefined;
  }

  private grow(record: RecordBuilder, event: XmlEvent): XmlStep | undefined {
    const element = record.take(event);
    if (element === undefined) return undefined;
    this.record = undefined;
    return { kind: "record", element, place: record.place, around: [...this.around] };
  }
}

const maxCharacters = 16 * 1024 * 1024;
const maxElements = 100_000;

interface Built extends XmlElement {
  readonly children: (XmlElement | string)[];
}

class RecordBuilder {
  readonly place: Place;
  private readonly open: { element: Built; uri: string }[];
  private characters = 0;
  private elements = 0;

  constructor(tag: OpenedTag) {
    this.place = tag.place;
    this.open = [{ element: elementOf(tag, ""), uri: tag.uri }];
  }

  /** Gives the whole record once its last event is taken. */
  take(event: XmlEvent): XmlElement | undefined {
    this.grow(event);
    const inner = this.open.at(-1);
    if (event.kind === "text") inner?.element.children.push(event.text);
    else if (event.kind === "open") {
      const element = elementOf(event, inner?.uri ?? "");
      inner?.element.children.push(element);
      this.open.push({ element, uri: event.uri });
    } else {
      this.open.pop();
      return this.open.length === 0 ? inner?.element : undefined;
    }
    return undefined;
  }

  private grow(event: XmlEvent): void {
    this.characters += sizeOf(event);
    this.elements += event.kind === "open" ? 1 : 0;
    if (this.characters <= maxCharacters && this.elements <= maxElements) return;
    const name = this.open[0]?.element.name ?? "";
    throw new SourceError(
      this.place,
      `its element ${name} has more than ${maxCharacters / 1024 / 1024} Mi characters or ${maxElements} elements, and none of a chat server has`,
      "See whether the file is damaged, and make the export again.",
    );
  }
}

function elementOf({ name, uri, attributes }: OpenedTag, outerUri: string): Built {
  return { name, attributes: uri === outerUri ? attributes : { xmlns: uri, ...attributes }, children: [] };
}

function sizeOf(event: XmlEvent): number {
  if (event.kind === "text") return event.text.length;
  if (event.kind === "close") return 0;
  return Object.values(event.attributes).reduce((sum, value) => sum + value.length, event.name.length);
}
