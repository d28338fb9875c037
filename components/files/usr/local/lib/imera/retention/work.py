"""Deletes what is past its end, or counts it."""

import time

from node.facts import facts

from . import batches, kinds, quota


def delete(pace: batches.Pace, deleted: dict[str, int]) -> None:
    """Deletes every kind, and counts what is gone as it goes. Raises Trouble."""
    for kind in kinds.kinds():
        deleted[kind.name] = batches.delete(kind.table, kind.due(int(time.time())), pace)
        if deleted[kind.name] > 0:
            kinds.forget(kind)
    oldest = quota.apply(pace)
    if oldest > 0:
        deleted["archived messages over the quota"] = oldest


def due() -> dict[str, object]:
    """Counts what the next run would delete. Raises Trouble."""
    now = int(time.time())
    kinds_due = [{"what": kind.name, "keepDays": kind.days, "due": count(kind.due(now))} for kind in kinds.kinds()]
    limit = facts()["retention"]["archiveQuotaMiB"]
    above = quota.largest(100_000, limit * quota.MIB) if limit > 0 else []
    return {"kinds": kinds_due, "archivesAboveQuota": above}


def count(past: str) -> int:
    """Counts what this SQL selects. Raises Trouble."""
    return int(batches.query(f"SELECT count(*) FROM (SELECT 1 {past}) AS every;", timeout_seconds=600))
