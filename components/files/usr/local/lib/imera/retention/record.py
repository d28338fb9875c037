"""Record of the last run that deleted what is past its end, for health."""

from typing import TypedDict, cast

from node import atomic, documents, timestamps
from node.facts import facts, is_drill, place
from node.trouble import Trouble

FILE = place("/var/lib/imera/retention.json")
# The timer runs daily.
LATE_SECONDS = 3 * 24 * 3600


class Record(TypedDict):
    """at: RFC 3339. deleted: number of rows by kind. isDone: False where the time was over first. failure: None: it ended well."""

    at: str
    deleted: dict[str, int]
    isDone: bool
    failure: str | None


def read() -> Record | None:
    """Reads the record; None: nothing was ever deleted. Raises Trouble where it cannot be read."""
    try:
        return cast(Record, documents.read(FILE, "run 'imera-retention run'"))
    except FileNotFoundError:
        return None


def write(deleted: dict[str, int], *, is_done: bool, failure: Trouble | None = None) -> None:
    """Records a run."""
    why = None if failure is None else failure.line()
    record: Record = {"at": timestamps.iso(timestamps.now()), "deleted": deleted, "isDone": is_done, "failure": why}
    atomic.write_json(FILE, record)


def wants_any() -> bool:
    """Whether the stack wants anything deleted."""
    return not is_drill() and any(facts()["retention"].values())


def describe() -> str:
    """Tells how the last run ended. Raises Trouble where it failed, or where none has been for days."""
    if not wants_any():
        return "nothing has an end, but for uploads"
    record = read()
    todo = "see 'journalctl -u imera-retention' and run 'imera-retention run'"
    if record is None:
        return "the first run is tonight"
    if record["failure"] is not None:
        raise Trouble("what is past its end was not deleted", record["failure"], todo)
    if timestamps.age_seconds(record["at"]) > LATE_SECONDS:
        raise Trouble("nobody deletes what is past its end", f"the last run was at {record['at']}", todo)
    told = ", ".join(f"{count} {name}" for name, count in record["deleted"].items() if count > 0) or "nothing"
    rest = "" if record["isDone"] else "; the rest follows tonight"
    return f"{told} deleted at {record['at']}{rest}"
