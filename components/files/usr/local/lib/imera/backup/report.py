"""Report on the backups, for an operator's program."""

from typing import TypedDict

from node import backup_store, postgres, timestamps
from node.trouble import Trouble

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
    """Gives the backups, how the last one ended, how far the archive goes, and what is wrong."""
    known = state.load()
    found = checks.troubles()
    backups: list[BackupEntry] = []
    archived = ""
    try:
        backup_store.ensure_reachable()
        points = files.restore_points()
        backups = [entry(backup, points) for backup in database.of_this_cluster(database.info())]
        archived = postgres.value(
            "SELECT to_char(last_archived_time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM pg_stat_archiver"
        )
    except Trouble as trouble:
        found["backup"] = found["backup"] or trouble.line()
    return {
        "healthy": all(text is None for text in found.values()),
        "backups": backups,
        "lastBackup": known.get("lastBackup"),
        "walArchivedAt": archived or known.get("walArchivedAt"),
        "walFailing": found["wal archive"],
        "filesBackupAt": known.get("filesBackupAt"),
        "seconds": known.get("seconds"),
        "troubles": {name: text for name, text in found.items() if text is not None},
    }


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
