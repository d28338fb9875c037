"""Record of the last time that the certificate was looked after, for health."""

import json
from typing import Literal, TypedDict, cast

from node import atomic, timestamps
from node.facts import place
from node.trouble import Trouble

FILE = place("/var/lib/imera/certificate.json")


class Record(TypedDict):
    """at: RFC 3339. failure: why an order that was due failed; None: none was, or it did not. todo: what to do about it."""

    at: str
    outcome: Literal["kept", "ordered", "failed"]
    failure: str | None
    todo: str | None


def read() -> Record | None:
    """Reads the record; None where there is none that can be read."""
    try:
        return cast(Record, json.loads(FILE.read_text()))
    except (OSError, ValueError):
        return None


def write(outcome: Literal["kept", "ordered"]) -> None:
    """Records an outcome."""
    save({"at": timestamps.iso(timestamps.now()), "outcome": outcome, "failure": None, "todo": None})


def write_failure(trouble: Trouble) -> None:
    """Records that what was due failed."""
    save({"at": timestamps.iso(timestamps.now()), "outcome": "failed", "failure": trouble.line(), "todo": trouble.todo})


def save(record: Record) -> None:
    """Writes the record."""
    atomic.write_json(FILE, record)
