"""Record of how this node came by its data: /var/lib/imera/recovery.json."""

import sys
from typing import Literal, NotRequired, TypedDict, cast

from node import atomic, documents
from node.facts import place

from .returned import Returned

RECORD = place("/var/lib/imera/recovery.json")

Outcome = Literal["volume", "backup", "initialised"]


class Record(TypedDict):
    """Outcome of a recovery. Times are RFC 3339; what is only known of a restored backup is None otherwise.

    setAside: path of the database that was there before. timeline: the one whose log was replayed. until: the time that was asked
    for; None: the newest state. returned: what came back that had been taken away; None: there was no database to compare with.
    uploadsBack: number of uploads that were not there before. Records of earlier versions have none of these.
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
    returned: NotRequired[Returned | None]
    uploadsBack: NotRequired[int]


def read() -> Record | None:
    """Reads the record; None: no recovery has ended on this machine yet, or its record is damaged, which is said and written anew."""
    try:
        return cast(Record, documents.read(RECORD, ""))
    except FileNotFoundError:
        return None
    except documents.Unreadable as damage:
        print(f"recovery: {damage.line()}; it is written anew", file=sys.stderr)
        return None


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
