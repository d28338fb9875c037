"""Elements of XML as XMPP uses them: names are "{namespace}name"."""

import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape, quoteattr

Element = ElementTree.Element

CLIENT = "jabber:client"
STREAM = "http://etherx.jabber.org/streams"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"

__all__ = ["BIND", "CLIENT", "SASL", "STANZAS", "STREAM", "TLS", "Element", "attribute", "condition", "text"]


def text(value: str) -> str:
    """Writes text so that it can stand between tags."""
    return escape(value)


def attribute(value: str) -> str:
    """Writes text as the value of an attribute, with its quotes."""
    return quoteattr(value)


def condition(stanza: Element) -> str:
    """Gives the words of a stanza's error: its condition, and the server's text where there is one."""
    error = stanza.find(f"{{{CLIENT}}}error")
    if error is None:
        return "an error without words"
    words = [child for child in error if child.tag.startswith(f"{{{STANZAS}}}")]
    return ": ".join((child.text or "").strip() or local(child) for child in words) or "an error without words"


def local(element: Element) -> str:
    """Gives the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
