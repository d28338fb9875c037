"""Restore from beginning to end: beside what is there, verified, and only then in its place."""

import concurrent.futures
import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from node import ejabberd, facts, timestamps

from . import database, restored_files, returned, server, volume
from .decision import timeline_at
from .record import Record
from .restored_files import Manifest
from .store import Backup, Store
from .timelines import Timeline

LOCK = facts.place("/run/imera-recovery.lock")
Result = TypeVar("Result")


@contextlib.contextmanager
def recovery_lock() -> Iterator[None]:
    """Waits for the lock. A run whose parent was killed goes on, and holds it."""
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def recover(backup: Backup, store: Store, time: datetime | None) -> Record:
    """Restores the backup and puts it in its place. Raises Trouble, with the data that was there untouched.

    time: no transaction after it is restored; None: the newest is.
    """
    timeline, _ = timeline_at(store, time)
    volume.clear()
    seconds: dict[str, float] = {}
    point = backup.restore_point
    manifest = restored_files.read_manifest(point.snapshot) if point else None
    pool = concurrent.futures.ThreadPoolExecutor()
    uploads = pool.submit(timed, seconds, "files", lambda: restore_files(backup, manifest, store, time))
    try:
        timed(seconds, "restore", lambda: database.restore(backup, store, timeline))
        tables, rows = None, None
        if point and manifest:
            tables, rows = timed(seconds, "verify", lambda: database.verify(backup, point, manifest, store))
        timed(seconds, "replay", lambda: replay(backup, store, timeline, time))
        last = server.last_transaction()
        difference = returned.difference(server.SOCKET_FOLDER)
        database.close()
        count, back = uploads.result()
        result: Record = {
            "outcome": "backup",
            "backup": backup.label,
            "restorePoint": point.name if point else None,
            "verified": manifest is not None,
            "lastTransactionAt": last or (timestamps.iso(point.at) if point else None),
            "tables": tables,
            "rows": rows,
            "uploads": count,
            "seconds": seconds,
            "finishedAt": timestamps.iso(timestamps.now()),
            "databaseSystemId": store.system_id,
            "timeline": timeline.number,
            "until": timestamps.iso(time) if time else None,
            "returned": difference,
            "uploadsBack": back,
        }
    finally:
        server.stop()
        pool.shutdown(wait=False, cancel_futures=True)
    volume.commit(result)
    return result


def replay(backup: Backup, store: Store, timeline: Timeline, time: datetime | None) -> None:
    """Replays the timeline's log after the restore point.

    A drill ends where the manifest was taken, so that whatever it starts can be compared with it, too.
    """
    if facts.is_drill() and backup.restore_point:
        database.promote_here()
    else:
        database.replay(backup, store, timeline, time, archive=not facts.is_drill())


def restore_files(
    backup: Backup, manifest: Manifest | None, store: Store, time: datetime | None
) -> restored_files.Restored:
    """Restores the uploads: in a drill those of the manifest, otherwise the newest. Gives their number, and how many were not there."""
    folder = facts.place(facts.facts()["uploadDirectory"])
    point = backup.restore_point
    if facts.is_drill() and point and manifest:
        return restored_files.restore(point.snapshot, manifest["uploads"], folder, ejabberd.USER)
    snapshot = restored_files.newest(store, time) or (point.snapshot if point else None)
    if snapshot is None:
        return restored_files.Restored(0, 0)
    return restored_files.restore(snapshot, restored_files.read_uploads(snapshot), folder, ejabberd.USER)


def timed(seconds: dict[str, float], name: str, work: Callable[[], Result]) -> Result:
    """Runs a part of the restore and notes how long it took."""
    started = time.monotonic()
    result = work()
    seconds[name] = round(time.monotonic() - started, 2)
    return result
