"""Reads the XML of an XMPP stream as it arrives (RFC 6120, section 11): no DTD, no comments, nothing without an end."""

import xml.etree.ElementTree as ElementTree
from xml.parsers import expat

from ..failure import Failed
from .elements import Element

# ejabberd's own listeners take 256 KiB from a client; what it sends is not much more.
STANZA_BYTES = 1024 * 1024
DEPTH = 64


class StreamParser:
    """Parser of one stream. header: the attributes of its first tag, once that has come; ended: whether its last tag has."""

    def __init__(self) -> None:
        self.header: dict[str, str] | None = None
        self.ended = False
        self._depth = 0
        self._fed_bytes = 0
        self._whole: list[Element] = []
        self._builder = ElementTree.TreeBuilder()
        self._expat = expat.ParserCreate(namespace_separator="}")
        self._expat.buffer_text = True
        if hasattr(self._expat, "SetReparseDeferralEnabled"):
            # Else an element that came in pieces is told when the next one comes. Its size is bounded here, so nothing is to be feared.
            self._expat.SetReparseDeferralEnabled(False)
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text
        self._expat.StartDoctypeDeclHandler = self._refuse
        self._expat.CommentHandler = self._refuse
        self._expat.ProcessingInstructionHandler = self._refuse

    def feed(self, data: bytes) -> list[Element]:
        """Takes bytes of the stream and gives the elements that they complete. Raises Failed where the stream is not XMPP."""
        # Counted before it is parsed: what has no end must not fill the memory first.
        self._fed_bytes += len(data)
        if self._fed_bytes > STANZA_BYTES:
            raise Failed(f"the stream sent more than {STANZA_BYTES} bytes without an end")
        try:
            self._expat.Parse(data, False)
        except expat.ExpatError as error:
            raise Failed(f"the stream is no XML: {error}") from error
        whole, self._whole = self._whole, []
        return whole

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise Failed(f"the stream nests elements {DEPTH} deep")
        if self._depth == 1:
            self.header = attributes
        else:
            self._builder.start(named(name), {named(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self.ended = True
            return
        self._builder.end(named(name))
        if self._depth == 1:
            self._whole.append(self._builder.close())
            self._builder = ElementTree.TreeBuilder()
            self._fed_bytes = 0

    def _text(self, data: str) -> None:
        if self._depth > 1:
            self._builder.data(data)

    def _refuse(self, *_: object) -> None:
        raise Failed("the stream has a part that XMPP forbids: a DTD, a comment or an instruction")


def named(name: str) -> str:
    """Gives a name as ElementTree writes it."""
    return f"{{{name}" if "}" in name else name
