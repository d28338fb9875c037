"""Record of how this node came by its data: /var/lib/imera/recovery.json."""

import json
from typing import Literal, NotRequired, TypedDict, cast

from node import atomic
from node.facts import place

RECORD = place("/var/lib/imera/recovery.json")

Outcome = Literal["volume", "backup", "initialised"]


class Record(TypedDict):
    """Outcome of a recovery. Times are RFC 3339; what is only known of a restored backup is None otherwise.

    setAside: path of the database that was there before. timeline: the one whose log was replayed. until: the time that was asked
    for; None: the newest state. Records of earlier versions have none of these.
    """

    outcome: Outcome
    backup: str | None
    restorePoint: str | None
    verified: bool
    lastTransactionAt: str | None
    tables: int | None
    rows: int | None
    uploads: int | None
    seconds: dict[str, float]
    finishedAt: str
    databaseSystemId: str | None
    setAside: NotRequired[str | None]
    timeline: NotRequired[int]
    until: NotRequired[str | None]


def read() -> Record | None:
    """Reads the record; None: no recovery has ended on this machine yet."""
    return cast(Record, json.loads(RECORD.read_text())) if RECORD.exists() else None


def write(record: Record) -> None:
    """Replaces the record."""
    atomic.write_json(RECORD, record)


def summary(record: Record) -> str:
    """Describes a restored backup in one line."""
    counted = (
        f"{record['tables']} tables and {record['rows']} rows equal its manifest"
        if record["verified"]
        else "NOT compared with a manifest"
    )
    last = record["lastTransactionAt"] or "unknown"
    return f"restored from {record['backup']}, {counted}, {record['uploads']} uploads; last transaction {last}"
