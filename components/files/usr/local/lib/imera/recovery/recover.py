"""A restore from beginning to end: beside what is there, verified, and only then in its place."""

import concurrent.futures
import contextlib
import datetime
import fcntl
import os
import pathlib
import sys
import time

from backup.state import Failed, iso, now

from . import database, restored_files, volume
from .refused import Refused

LOCK = "/run/imera-recovery.lock"
EJABBERD = "ejabberd"


@contextlib.contextmanager
def only_one():
    """A run whose parent was killed goes on; the next one waits for it."""
    with open(LOCK, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def recover(backup, store, facts, moment):
    """Gives what recovery.json holds. Raises Refused, with the data that was there untouched."""
    is_drill = facts.get("purpose") == "drill"
    volume.clear()
    seconds = {}
    manifest = restored_files.manifest(backup) if backup.snapshot else None
    pool = concurrent.futures.ThreadPoolExecutor()
    uploads = pool.submit(timed, seconds, "files", lambda: restore_files(backup, manifest, store, facts, moment, is_drill))
    try:
        timed(seconds, "restore", lambda: database.restore(backup, store))
        tables, rows = None, None
        if manifest:
            tables, rows = timed(seconds, "verify", lambda: verify(backup, manifest, store))
        timed(seconds, "replay", lambda: go_on(backup, store, moment, facts, is_drill))
        last = database.last_transaction()
        database.close()
        result = {
            "outcome": "backup",
            "backup": backup.label,
            "restorePoint": backup.point,
            "verified": manifest is not None,
            "lastTransactionAt": last or (iso(backup.point_at) if backup.point_at else None),
            "tables": tables,
            "rows": rows,
            "uploads": uploads.result(),
            "seconds": seconds,
            "finishedAt": iso(now()),
            "databaseSystemId": store.system_id,
        }
    finally:
        database.stop()
        pool.shutdown(wait=False, cancel_futures=True)
    volume.commit(result)
    return result


def verify(backup, manifest, store):
    database.pause_at(backup, store)
    return database.compare(backup, manifest, store)


def go_on(backup, store, moment, facts, is_drill):
    """A drill ends where the manifest was taken, so that whatever it starts can be compared with it, too."""
    if is_drill and backup.point:
        database.promote_here()
    else:
        database.replay(backup, store, moment, archive=not is_drill and facts.get("backup") is not None)


def restore_files(backup, manifest, store, facts, moment, is_drill):
    folder = pathlib.Path(facts["uploadDirectory"])
    if is_drill and manifest:
        return restored_files.restore(backup.snapshot, manifest["uploads"], folder, EJABBERD)
    snapshot = restored_files.newest(store, moment) or backup.snapshot
    if snapshot is None:
        return 0
    return restored_files.restore(snapshot, restored_files.document(snapshot, "uploads.json")["uploads"], folder, EJABBERD)


def timed(seconds, name, work):
    started = time.monotonic()
    result = work()
    seconds[name] = round(time.monotonic() - started, 2)
    return result


def parse_time(text):
    return None if text is None else datetime.datetime.fromisoformat(text)


def summary(result):
    counted = f"{result['tables']} tables and {result['rows']} rows equal its manifest" if result["verified"] else "NOT compared with a manifest"
    return (
        f"restored from {result['backup']}, {counted}, {result['uploads']} uploads; "
        f"last transaction {result['lastTransactionAt'] or 'unknown'}"
    )


def end(who, main):
    """Runs it. Whatever it started ends with it, at once when it is refused."""
    try:
        main()
    except Refused as refused:
        text = refused.text(who)
    except Failed as failed:
        text = Refused(failed.what, failed.why, failed.todo or "run it again").text(who)
    except (OSError, ValueError, KeyError) as error:
        text = f"{who}: {type(error).__name__}: {error}.\n  What to do: mend the cause and run 'pulumi up' again."
    else:
        return
    print(text, file=sys.stderr, flush=True)
    os._exit(1)
