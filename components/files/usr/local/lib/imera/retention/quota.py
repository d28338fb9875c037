"""Size of the archives, each of which belongs to an account or to a room, and how the oldest of one that is too large go."""

import time
from typing import TypedDict

from node.facts import facts
from node.postgres import quoted

from . import batches
from .batches import Pace

MIB = 1024 * 1024
# Where the quota is passed, this part of it stays, so that not every message of the next day costs another.
KEPT = 0.9


class Archive(TypedDict):
    """owner: user part of an account, or address of a room. sizeBytes: of its messages as XML."""

    owner: str
    messages: int
    sizeBytes: int


def largest(count: int, least_bytes: int = 0) -> list[Archive]:
    """Gives the largest archives, largest first. Raises Trouble."""
    answer = batches.query(
        f"""SELECT count(*), sum(octet_length(xml)), username FROM archive WHERE server_host = '{facts()["domain"]}'
        GROUP BY username HAVING sum(octet_length(xml)) > {least_bytes} ORDER BY 2 DESC LIMIT {count};""",
        timeout_seconds=600,
    )
    rows = [line.split("|", 2) for line in answer.splitlines()]
    return [{"owner": owner, "messages": int(messages), "sizeBytes": int(size)} for messages, size, owner in rows]


def apply(pace: Pace) -> int:
    """Deletes the oldest messages of each archive that is larger than the stack's setting. Gives their number. Raises Trouble."""
    limit = facts()["retention"]["archiveQuotaMiB"] * MIB
    if limit == 0:
        return 0
    return sum(shrink(archive, int(limit * KEPT), pace) for archive in largest(100_000, limit))


def shrink(archive: Archive, target_bytes: int, pace: Pace) -> int:
    """Deletes the oldest messages of an archive, a batch at a time, until it is as small. Gives their number. Raises Trouble."""
    size, total = archive["sizeBytes"], 0
    owner = quoted(archive["owner"])
    while size > target_bytes and not pace.is_over():
        started = time.monotonic()
        count, gone = batches.delete_batch("archive", oldest(owner, size - target_bytes))
        if count == 0:
            break
        size, total = size - gone, total + count
        pace.rest(time.monotonic() - started)
    return total


def oldest(owner: str, excess_bytes: int) -> str:
    """Selects the oldest messages of an archive that make up this many bytes, for delete_batch(). owner: as a value in SQL."""
    return (
        "FROM (SELECT ctid, timestamp, sum(octet_length(xml)) OVER (ORDER BY timestamp, id) - octet_length(xml) AS before "
        f"FROM (SELECT ctid, timestamp, id, xml FROM archive WHERE server_host = '{facts()['domain']}' AND username = {owner} "
        f"ORDER BY timestamp LIMIT {batches.ROWS}) AS first) AS due WHERE before < {excess_bytes} ORDER BY timestamp"
    )
