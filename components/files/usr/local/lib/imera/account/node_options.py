"""Options of personal nodes, as the server's own forms show them."""

import contextlib
from collections.abc import Iterator

from . import erlang_terms
from .erlang_terms import Atom, Term, Unreadable, character_of, decoded


def option_values(value: str) -> list[str]:
    """Reads an option's values, which ejabberd keeps as an Erlang term. Raises Unreadable for a term that no form can have."""
    return list(form_values(erlang_terms.parse(value)))


def form_values(term: Term) -> Iterator[str]:
    """Gives the values that ejabberd's own forms have for a term. Raises Unreadable."""
    match term:
        case Atom("undefined"):
            return
        case Atom("true" | "false"):
            yield "1" if term.name == "true" else "0"
        case Atom():
            yield term.name
        case int() | float():
            yield str(term)
        case bytes():
            yield decoded(term)
        case tuple((Atom("jid"), bytes(user), bytes(server), bytes(resource), *_)):
            yield decoded((user + b"@" if user else b"") + server + (b"/" + resource if resource else b""))
        case list():
            string = string_of(term)
            yield from (value for each in term for value in form_values(each)) if string is None else (string,)
        case _:
            raise Unreadable("no form has a value for it")


def string_of(terms: list[Term]) -> str | None:
    """Gives the text that a list of characters' codes, or of its bytes in UTF-8, stands for. None for any other list."""
    codes = [each for each in terms if isinstance(each, int) and is_printable(each)]
    if not codes or len(codes) < len(terms):
        return None
    with contextlib.suppress(ValueError):
        return bytes(codes).decode()
    return "".join(map(character_of, codes))


def is_printable(code: int) -> bool:
    """Whether a list of such numbers is text to Erlang."""
    return code in range(8, 14) or code == 27 or code in range(32, 127) or code >= 128
