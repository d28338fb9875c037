"""Set-up of the backups: the settings of pgBackRest and restic, the place in the store, the proof that the log is archived."""

import time

from node import commands, timestamps
from node.store_errors import MEANINGS, StoreTrouble
from node.trouble import Trouble
from recovery import record

from . import database, files, state


def prepare() -> None:
    """Makes the store ready for a backup. Raises Trouble."""
    write_settings()
    prepare_database()


def prepare_database() -> None:
    """Makes the database's place in the store. Raises Trouble.

    With a wrong passphrase pgBackRest only sees that what it reads makes no sense, as where it is damaged; restic knows.
    """
    try:
        database.prepare()
    except StoreTrouble as trouble:
        if trouble.kind in ("locked", "unreadable"):
            files.ensure_repository()
            raise Trouble(trouble.what, *MEANINGS["unreadable"]) from trouble
        raise


def write_settings() -> None:
    """Writes the settings of pgBackRest and restic."""
    result = commands.run(
        [str(database.LIBRARY / "backup-settings")], what="the settings could not be written", timeout_seconds=60
    )
    if result.returncode != 0:
        raise Trouble("the settings could not be written", result.stderr.strip(), "run 'pulumi up' again")


def set_up() -> None:
    """Sets backups up. A failure is kept in the status as well: converge goes on without, and `health` shows it."""
    if state.load().get("enabledAt") is None:
        state.update(enabledAt=timestamps.iso(timestamps.now()))
    try:
        write_settings()
        # A backup that runs proves as much, and pgBackRest does one thing at a time.
        with state.lock("database", wait=False) as got:
            if got:
                prepare_database()
                database.pgbackrest("check", what="the write-ahead log does not reach the archive", timeout_seconds=300)
            is_due = got and is_due_at_once()
    except Trouble as trouble:
        state.record_failure(trouble)
        raise
    print("needed" if is_due else "there")


def is_due_at_once() -> bool:
    """Whether there is no backup of this cluster, none since it was restored or came to this machine, or the last one failed."""
    status = state.load()
    last = status.get("lastBackup")
    if status.get("lastGoodAt") is None or last is None or not last["ok"]:
        return True
    made = database.of_this_cluster(database.info())
    if not made:
        return True
    recovery = record.read()
    if recovery is None or recovery["outcome"] != "backup":
        return False
    return time.time() - made[-1]["timestamp"]["stop"] > timestamps.age_seconds(recovery["finishedAt"])
