"""Deletes rows in small batches, each a transaction of its own, so that nobody waits for one and what is cut off goes on where it ended."""

import time
from dataclasses import dataclass

from node import postgres
from node.facts import facts

ROWS = 1000
# A batch that meets a lock gives up at once, and one that takes long is undone; the next run goes on. A loss of the last of them
# with the machine only means that they are deleted again.
SETTINGS = "SET lock_timeout = '2s'; SET statement_timeout = '30s'; SET synchronous_commit = off;"


@dataclass
class Pace:
    """Time that a run may take. until: when it ends, by the monotonic clock."""

    until: float

    def is_over(self) -> bool:
        """Whether the run has to end."""
        return time.monotonic() >= self.until

    def rest(self, worked_seconds: float) -> None:
        """Leaves the database to others for as long as it was worked on."""
        time.sleep(min(max(worked_seconds, 0.01), 1))


def query(script: str, timeout_seconds: float = 60) -> str:
    """Runs SQL in ejabberd's database. Raises Trouble."""
    return postgres.query(script, database=facts()["database"]["name"], timeout_seconds=timeout_seconds)


def delete(table: str, due: str, pace: Pace) -> int:
    """Deletes what `due` selects, as described at Kind, until nothing is left or the time is over. Gives the number of rows. Raises Trouble."""
    total = 0
    while not pace.is_over():
        started = time.monotonic()
        count, _ = delete_batch(table, due)
        total += count
        if count < ROWS:
            break
        pace.rest(time.monotonic() - started)
    return total


def delete_batch(table: str, due: str) -> tuple[int, int]:
    """Deletes one batch of what `due` selects. Gives the number of rows, and the bytes of XML in those of the archive. Raises Trouble."""
    size = "octet_length(xml)" if table == "archive" else "0"
    answer = query(
        f"{SETTINGS} WITH gone AS (DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT due.ctid {due} LIMIT {ROWS})) "
        f"RETURNING {size} AS bytes) SELECT count(*), coalesce(sum(bytes), 0) FROM gone;"
    )
    count, size_bytes = answer.strip().split("|")
    return int(count), int(size_bytes)
