"""Erlang terms, read from the text that ejabberd keeps them as in some columns.

ejabberd writes a term byte by byte: a character of the stored text that is no ASCII stands for its bytes in UTF-8.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

# Spaces and comments.
BLANK = re.compile(r"(?:\s|%[^\n]*)*")
ATOM = re.compile(r"[a-z\u00df-\u00f6\u00f8-\u00ff][\w@]*")
FLOAT = re.compile(r"[+-]?[0-9][0-9_]*\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"([+-]?)(?:([0-9]+)#)?([0-9A-Za-z][0-9A-Za-z_]*)")
# An escape sequence without its backslash: hexadecimal, octal, control character, or a character that may stand for another.
ESCAPE = re.compile(r"x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|([0-7]{1,3})|\^(.)|(.)", re.DOTALL)
NAMED_ESCAPES = {"b": 8, "d": 127, "e": 27, "f": 12, "n": 10, "r": 13, "s": 32, "t": 9, "v": 11}
SEGMENT_TYPE = re.compile(r"(?::([0-9]+))?(?:/([a-z0-9]+(?:-[a-z0-9]+)*))?")


class Unreadable(ValueError):
    """Text that is no Erlang term, or one that this module has no value for."""


@dataclass(frozen=True)
class Atom:
    """Erlang atom."""

    name: str


@dataclass(frozen=True)
class Character:
    """One character of a quoted text: its code, and whether an escape sequence gave it."""

    code: int
    escaped: bool

    def octets(self) -> bytes:
        """Gives the bytes that the character stands for where ejabberd wrote it."""
        return bytes([self.code & 0xFF]) if self.escaped else chr(self.code).encode()


@dataclass(frozen=True)
class Map:
    """Erlang map. Its keys may be terms of any kind, so it stays the pairs that were written."""

    pairs: tuple[tuple["Term", "Term"], ...]


# A string is the list of its characters' codes, as in Erlang.
Term: TypeAlias = "Atom | int | float | bytes | list[Term] | tuple[Term, ...] | Map"
Part = TypeVar("Part")


def parse(text: str) -> Term:
    """Reads one term. Raises Unreadable."""
    reader = Reader(text)
    try:
        term = reader.term()
    except IndexError as error:
        raise Unreadable("an Erlang term that ends too early") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no Erlang term: {error}") from error
    reader.take(".")
    if reader.rest():
        raise Unreadable(f"more than one Erlang term: {reader.rest()}")
    return term


class Reader:
    """Text of a term, and how far it has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def rest(self) -> str:
        """Gives what is still to be read, from the next sign on."""
        self.match(BLANK)
        return self.text[self.position :]

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Reads what the pattern matches here."""
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def take(self, sign: str) -> bool:
        """Reads that sign, after blanks. Gives whether it was there."""
        self.match(BLANK)
        here = self.text.startswith(sign, self.position)
        self.position += len(sign) if here else 0
        return here

    def expect(self, sign: str) -> None:
        """Reads that sign. Raises Unreadable where there is another."""
        if not self.take(sign):
            raise Unreadable(f"{sign} expected before {self.rest()!r}")

    def term(self) -> Term:
        """Reads a term."""
        for sign, read in (
            ("<<", lambda: b"".join(self.separated(">>", self.segment))),
            ("#{", lambda: Map(tuple(self.separated("}", self.pair)))),
            ("[", self.elements),
            ("{", lambda: tuple(self.separated("}", self.term))),
            ("'", lambda: Atom("".join(chr(each.code) for each in self.quoted("'")))),
            ('"', self.string),
            ("$", lambda: self.character().code),
        ):
            if self.take(sign):
                return read()
        atom = self.match(ATOM)
        return Atom(atom[0]) if atom else self.number()

    def number(self) -> int | float:
        """Reads a number, whatever its base."""
        if found := self.match(FLOAT):
            return float(found[0])
        found = self.match(INTEGER)
        if not found:
            raise Unreadable(f"a term expected before {self.rest()!r}")
        return int(found[1] + found[3], int(found[2] or 10))

    def separated(self, end: str, read: Callable[[], Part]) -> list[Part]:
        """Reads parts with commas between them, and the sign after them."""
        parts: list[Part] = []
        while not self.take(end):
            if parts:
                self.expect(",")
            parts.append(read())
        return parts

    def elements(self) -> list[Term]:
        """Reads what is in a list. Raises Unreadable where it has another tail than a list."""
        terms: list[Term] = []
        while not self.take("]"):
            if terms and self.take("|"):
                tail = self.term()
                self.expect("]")
                if not isinstance(tail, list):
                    raise Unreadable("a list that does not end in one")
                return terms + tail
            if terms:
                self.expect(",")
            terms.append(self.term())
        return terms

    def pair(self) -> tuple[Term, Term]:
        """Reads a key of a map and its value."""
        key = self.term()
        self.expect("=>")
        return key, self.term()

    def string(self) -> list[Term]:
        """Reads a string from behind its first quote, and those that follow."""
        codes: list[Term] = [code for each in self.quoted('"') for code in self.codes(each)]
        return codes + self.string() if self.take('"') else codes

    def codes(self, character: Character) -> bytes | tuple[int]:
        """Gives the elements of a list that a character of a string stands for."""
        return (character.code,) if character.escaped else character.octets()

    def quoted(self, quote: str) -> list[Character]:
        """Reads characters up to a quote, and the quote."""
        characters: list[Character] = []
        while self.text[self.position] != quote:
            characters.append(self.character())
        self.position += 1
        return characters

    def character(self) -> Character:
        """Reads a character, which may be an escape sequence."""
        here = self.text[self.position]
        self.position += 1
        if here != "\\":
            return Character(ord(here), escaped=False)
        found = self.match(ESCAPE)
        if not found:
            raise Unreadable("a backslash at the end")
        long, short, octal, control, other = found.groups()
        if other:
            return Character(NAMED_ESCAPES.get(other, ord(other)), escaped=ord(other) < 128)
        if control:
            return Character(ord(control) & 0x1F, escaped=True)
        return Character(int(octal, 8) if octal else int(long or short, 16), escaped=True)

    def segment(self) -> bytes:
        """Reads a segment of a binary: a quoted text or a whole number, with its size and type."""
        if self.take('"'):
            characters = self.quoted('"')
            while self.take('"'):
                characters += self.quoted('"')
            size, kind = self.segment_type()
            if size:
                raise Unreadable(f"text in a segment of {size} bits")
            if kind == "utf8":
                return "".join(character_of(each.code) for each in characters).encode()
            return b"".join(each.octets() for each in characters)
        value = self.term()
        size, kind = self.segment_type()
        if kind == "utf8":
            return character_of(value).encode()
        return octets_of(value, int(size or 8))

    def segment_type(self) -> tuple[str | None, str | None]:
        """Reads a segment's size and type. Raises Unreadable for types that ejabberd has no use for."""
        found = self.match(SEGMENT_TYPE)
        size, kind = found.groups() if found else (None, None)
        if kind not in (None, "integer", "utf8"):
            raise Unreadable(f"a segment of a binary with the type {kind}")
        return size, kind


def character_of(code: Term) -> str:
    """Gives the character with that code. Raises Unreadable where there is none."""
    if not isinstance(code, int) or not 0 <= code < 0x110000 or 0xD800 <= code < 0xE000:
        raise Unreadable(f"{code!r} is no character")
    return chr(code)


def octets_of(value: Term, bits: int) -> bytes:
    """Gives a segment's bytes: the last bits of a whole number. Raises Unreadable."""
    if not isinstance(value, int) or bits % 8:
        raise Unreadable(f"a segment of a binary made of {value!r} with {bits} bits")
    return (value % (1 << bits)).to_bytes(bits // 8)


def decoded(octets: bytes) -> str:
    """Gives the text that bytes are in UTF-8. Raises Unreadable."""
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("bytes that are no UTF-8") from error
