"""Report on the backups, for an operator's program."""

from typing import TypedDict

from node import backup_store, postgres, timestamps
from node.trouble import Trouble, as_trouble

from . import checks, database, files, state


class BackupEntry(TypedDict):
    """Backup of the database. Times are RFC 3339."""

    label: str
    type: str
    startedAt: str
    finishedAt: str
    sizeBytes: int
    restorePoint: str | None


def status() -> dict[str, object]:
    """Gives the backups, how the last one ended, how far the archive goes, and what is wrong.

    backups: None where they cannot be listed, and unlisted says why; an empty list says that the store was read.
    """
    known = state.load()
    found = checks.troubles()
    backups, unlisted, archived = None, None, ""
    try:
        backups = list_backups()
    except Trouble as trouble:
        unlisted = trouble.line()
        found["backup"] = found["backup"] or unlisted
    try:
        archived = postgres.value(
            "SELECT to_char(last_archived_time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM pg_stat_archiver"
        )
    except Trouble as trouble:
        found["wal archive"] = found["wal archive"] or trouble.line()
    return {
        "healthy": all(text is None for text in found.values()),
        "backups": backups,
        "unlisted": unlisted,
        "lastBackup": known.get("lastBackup"),
        "walArchivedAt": archived or known.get("walArchivedAt"),
        "walFailing": found["wal archive"],
        "filesBackupAt": known.get("filesBackupAt"),
        "seconds": known.get("seconds"),
        "troubles": {name: text for name, text in found.items() if text is not None},
    }


def list_backups() -> list[BackupEntry]:
    """Lists the backups of this node's database, whether its server runs or not. Raises Trouble."""
    with as_trouble("the backups cannot be listed"):
        backup_store.ensure_reachable()
        points = files.restore_points()
        known = database.info()
        return [entry(backup, points) for backup in database.of_cluster(known, system_id(known))]


def system_id(known: database.Info) -> str | None:
    """Gives the system identifier of the database on the volume; of the newest one in the store where that cannot be read."""
    try:
        return postgres.control_data(postgres.folder("main"))["Database system identifier"]
    except (OSError, ValueError, LookupError):
        return str(known["db"][-1]["system-id"]) if known["db"] else None


def entry(backup: database.Backup, points: dict[str, str]) -> BackupEntry:
    """Describes one backup. points: names of restore points by the backups' labels."""
    return {
        "label": backup["label"],
        "type": backup["type"],
        "startedAt": timestamps.iso_of_epoch(backup["timestamp"]["start"]),
        "finishedAt": timestamps.iso_of_epoch(backup["timestamp"]["stop"]),
        "sizeBytes": backup["info"]["size"],
        "restorePoint": points.get(backup["label"]),
    }
