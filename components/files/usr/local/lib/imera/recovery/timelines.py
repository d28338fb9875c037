"""Timelines: histories of the database. Each restore, and each rebuild from the backup, begins a new one and leaves another.

A timeline but the first has a history file, which PostgreSQL writes at its beginning and archives: a line for each earlier
timeline that it goes on from, with the LSN at which it left that one. A comment in it says when this node began to work on it,
which PostgreSQL does not tell; the files of the timelines that follow have the comment, too.
"""

import dataclasses
import pathlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from node import timestamps
from node.postgres import segment_timeline
from node.trouble import Trouble

BEGUN = "# imera: timeline {} begun at {}\n"


@dataclasses.dataclass(frozen=True)
class Timeline:
    """History of the database. forks: LSN at which it left each earlier timeline. begun_at: None where nobody knows it."""

    number: int
    forks: dict[int, str] = dataclasses.field(default_factory=dict)
    begun_at: datetime | None = None


def parse(number: int, text: str) -> Timeline:
    """Parses the history file of the timeline with this number."""
    lines = (line.split() for line in text.splitlines() if re.match(r"\s*\d", line))
    begun = re.search(BEGUN.format(number, r"(\S+)"), f"{text}\n")
    return Timeline(number, {int(line[0]): line[1] for line in lines}, timestamps.parse(begun[1]) if begun else None)


def mark_begin(cluster: pathlib.Path) -> None:
    """Notes in the history file of a cluster's newest timeline that it begins now, unless it is noted. A first one has none."""
    newest = max((cluster / "pg_wal").glob("*.history"), key=lambda path: path.name, default=None)
    if newest is None:
        return
    number, text = segment_timeline(newest.name), newest.read_text()
    if parse(number, text).begun_at is None:
        with newest.open("a") as file:
            file.write(("" if text.endswith("\n") else "\n") + BEGUN.format(number, timestamps.iso(timestamps.now())))


def live_at(
    known: Sequence[Timeline], time: datetime | None, backups: Iterable[tuple[int, datetime]]
) -> tuple[Timeline, datetime | None]:
    """Gives the timeline that the network was on at a time, and when it left that one; None: it is still on it.

    known: by their numbers, which grow in the order of their beginnings. backups: timeline and end of each. Raises Trouble
    where it cannot be told. time: None for now.
    """
    made = list(backups)
    left_at: datetime | None = None
    for timeline in reversed(known):
        if time is None or timeline is known[0]:
            return timeline, left_at
        begun_at = timeline.begun_at
        # The backups then say when it had begun at the latest, and when the one before was left at the earliest.
        latest = begun_at or min((at for number, at in made if number == timeline.number), default=left_at)
        earliest = begun_at or max((at for number, at in made if number < timeline.number), default=None)
        if latest is not None and time >= latest:
            return timeline, left_at
        if begun_at is None and (earliest is None or time > earliest):
            raise not_told(time, earliest, latest)
        left_at = begun_at or latest
    raise AssertionError("a network has a timeline")


def not_told(time: datetime, earliest: datetime | None, latest: datetime | None) -> Trouble:
    """Gives the refusal to guess whether a time was before or after a restore that noted no time."""
    choices = [
        f"before {timestamps.iso(earliest)}" if earliest else None,
        f"after {timestamps.iso(latest)}" if latest else None,
    ]
    return Trouble(
        f"it is not known which history {timestamps.iso(time)} belongs to; nothing was changed",
        "the database was restored around then by other means than these, and has another history since",
        f"choose a time {' or '.join(choice for choice in choices if choice) or 'in another backup'}",
    )
