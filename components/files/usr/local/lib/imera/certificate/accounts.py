"""Certbot's accounts at the authority."""

import json
import pathlib

from . import place
from .wanted import wanted

FILES = ("meta.json", "private_key.json", "regr.json")


def whole() -> list[str]:
    """Gives the ids of the accounts whose files can all be read, the newest last."""
    found = [path for path in every() if is_whole(path)]
    return [path.name for path in sorted(found, key=lambda path: (path / "regr.json").stat().st_mtime)]


def every() -> list[pathlib.Path]:
    """Gives everything where accounts are to be."""
    folder = place.server_of(wanted()["acmeDirectoryUrl"])
    return list(folder.iterdir()) if folder.is_dir() else []


def is_whole(folder: pathlib.Path) -> bool:
    """Whether certbot can use an account: it ends with a traceback at one of which a file is empty."""
    try:
        documents = [json.loads((folder / name).read_text()) for name in FILES]
    except (OSError, ValueError):
        return False
    _, key, registration = documents
    return all(isinstance(document, dict) for document in documents) and "kty" in key and "uri" in registration


def put_broken_aside(aside: place.Aside) -> None:
    """Moves aside what certbot would stumble over: an account that is not whole, or a file where a folder is to be."""
    folder = place.server_of(wanted()["acmeDirectoryUrl"])
    for path in (*reversed([parent for parent in folder.parents if parent.is_relative_to(place.CONFIG)]), folder):
        if path.exists() and not path.is_dir():
            aside.take(path)
    for path in every():
        if not is_whole(path):
            aside.take(path)


def put_all_aside(aside: place.Aside) -> None:
    """Moves all accounts aside: the authority does not know them any more."""
    for path in every():
        aside.take(path)
