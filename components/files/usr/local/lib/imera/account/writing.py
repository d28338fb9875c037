"""Well-formed XML, whatever it is made of."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

UNNAMED = "imera:unnamed"
# How a carriage return is written that is to stay one: a reader takes one that stands for itself for the end of a line.
CARRIAGE_RETURN = "&#13;"
# What XML 1.0 has no way to write.
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def wrapped(name: str, namespace: str | None, content: Iterable[str]) -> Iterator[str]:
    """Writes an element around its content; nothing where there is none."""
    opened = False
    for part in content:
        if not opened:
            yield f"<{name}{f' xmlns={attribute(namespace)}' if namespace else ''}>\n"
            opened = True
        yield part
    if opened:
        yield f"</{name}>\n"


def fragments(rows: Iterable[Mapping[str, Any]], what: str, namespace: str) -> Iterator[str]:
    """Writes the XML of each row, and reports those that are not well-formed."""
    for row in rows:
        found = fragment(row["xml"], namespace)
        if found is None:
            report_omission(f"a {what}")
        elif found:
            yield found + "\n"


def fragment(xml: str, namespace: str) -> str | None:
    """Gives stored XML as it is to stand in the document; None where it is not well-formed.

    An element without a namespace gets `namespace`, so that it does not take on that of the element around it.
    """
    roots: list[str] = []
    depth = 0

    def start(name: str, _: object) -> None:
        nonlocal depth
        if depth == 1:
            roots.append(name)
        depth += 1

    def end(_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(f"<imera xmlns='{UNNAMED}'>{xml}</imera>".encode(errors="replace"), True)
    except expat.ExpatError:
        return None
    exact = xml.replace("\r", CARRIAGE_RETURN)
    if len(roots) == 1 and roots[0].startswith(f"{UNNAMED} "):
        return re.sub(r"<[^\s/>]+", lambda name: f"{name[0]} xmlns={attribute(namespace)}", exact, count=1)
    return exact


def text(value: str) -> str:
    """Escapes text."""
    return escape(UNWRITABLE.sub("\ufffd", value), {"\r": CARRIAGE_RETURN})


def attribute(value: str) -> str:
    """Quotes an attribute's value."""
    return quoteattr(UNWRITABLE.sub("\ufffd", value))


def attributes_of(attributes: Mapping[str, str]) -> str:
    """Writes attributes, each with a space before it."""
    return "".join(f" {name}={attribute(value)}" for name, value in attributes.items())


def report_omission(what: str) -> None:
    """Says on standard error that something stored is not in the document."""
    print(f"imera-export: left out: {what}, as it is stored", file=sys.stderr)
