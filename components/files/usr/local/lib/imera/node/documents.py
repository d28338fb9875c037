"""JSON documents that a node keeps for itself. One that is empty or damaged is never taken for one that says nothing."""

import json
import pathlib
from typing import cast

from .trouble import Trouble


class Unreadable(Trouble):
    """Document that is there and cannot be read."""


def read(path: pathlib.Path, todo: str) -> dict[str, object]:
    """Reads a JSON object. Raises Unreadable with the file's name, and FileNotFoundError. todo: what to do about a damaged one."""
    return cast(dict[str, object], parse(path, todo, dict))


def read_list(path: pathlib.Path, todo: str) -> list[str]:
    """Reads a JSON array of texts, as read() reads an object."""
    return cast(list[str], parse(path, todo, list))


def parse(path: pathlib.Path, todo: str, form: type) -> object:
    """Reads JSON of this form."""
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} cannot be read", describe(path, error), todo) from error
    if not isinstance(document, form):
        raise Unreadable(f"{path} cannot be read", "it is JSON of another form", todo)
    return document


def describe(path: pathlib.Path, error: Exception) -> str:
    """Says why a document cannot be read."""
    is_empty = isinstance(error, ValueError) and path.stat().st_size == 0
    return "it is empty" if is_empty else f"{type(error).__name__}: {error}"
