"""Record of the last time that the certificate was looked after, for health."""

import json
from typing import Literal, TypedDict, cast

from node import atomic, timestamps
from node.facts import place
from node.trouble import Trouble

FILE = place("/var/lib/imera/certificate.json")


class Record(TypedDict):
    """at: RFC 3339. failure: why an order that was due failed; None: none was, or it did not. todo: what to do about it.

    certificate: fingerprint of the one that ejabberd was last given; server: directory URL of the authority that it is of.
    """

    at: str
    outcome: Literal["kept", "ordered", "failed"]
    failure: str | None
    todo: str | None
    certificate: str | None
    server: str | None


def read() -> Record | None:
    """Reads the record; None where there is none that can be read."""
    try:
        return cast(Record, json.loads(FILE.read_text()))
    except (OSError, ValueError):
        return None


def write(outcome: Literal["kept", "ordered"], certificate: str, server: str) -> None:
    """Records an outcome, and what ejabberd was given."""
    save(outcome, None, {"certificate": certificate, "server": server})


def write_failure(trouble: Trouble) -> None:
    """Records that what was due failed. What ejabberd was last given stays known."""
    known = read()
    certificate, server = (None, None) if known is None else (known.get("certificate"), known.get("server"))
    save("failed", trouble, {"certificate": certificate, "server": server})


def save(outcome: Literal["kept", "ordered", "failed"], trouble: Trouble | None, given: dict[str, str | None]) -> None:
    """Writes the record."""
    at = timestamps.iso(timestamps.now())
    failure, todo = (None, None) if trouble is None else (trouble.line(), trouble.todo)
    atomic.write_json(FILE, {"at": at, "outcome": outcome, "failure": failure, "todo": todo, **given})


def server_of(certificate: str) -> str | None:
    """Gives the directory URL of the authority that a certificate is of, by its fingerprint; None where that is not known."""
    known = read()
    if known is None or known.get("certificate") != certificate:
        return None
    return known.get("server")
