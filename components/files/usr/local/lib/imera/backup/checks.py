"""Checks of the backups, of free space and of the clock. Cheap: they ask no server."""

import os
import pathlib
import re
import time
from typing import TypedDict

from certificate import half
from node import clock, facts, postgres, timestamps
from node.advice import with_whole_commands

from . import state, uploads

LATE_SECONDS = 26 * 3600
# A first backup is made in the background, and may take its time where there is much data.
FIRST_BACKUP_SECONDS = 3 * 3600
# Twice what may be lost at most: one segment may wait for another try.
WAL_LATE_SECONDS = 120
FILES_LATE_SECONDS = 600
# Clocks that time servers set differ by less.
AHEAD_SECONDS = 300
FREE_PERCENT, FREE_BYTES = 10, 500 * 1024 * 1024
LOG_TAIL_BYTES = 65536
# The droplet's own disk does not grow with imera:size.
ROOT_ADVICE = (
    "see 'du -xh --max-depth 2 / | sort -h | tail'; 'apt-get clean' and 'journalctl --vacuum-size=100M' free some"
)


class Check(TypedDict):
    """Result of one check. detail: what was found; where ok is false also what to do."""

    name: str
    ok: bool
    detail: str


def report() -> list[Check]:
    """Runs the checks that `health` shows. A drill has none."""
    if facts.is_drill():
        return []
    return [
        {"name": name, "ok": text is None, "detail": text or green_detail(name)} for name, text in troubles().items()
    ]


def troubles() -> dict[str, str | None]:
    """Gives what is wrong by the name of each check; None: nothing."""
    status = state.load()
    return {
        "backup": database_backup(status),
        "wal archive": wal_archive(status),
        "files backup": files_backup(status),
        "uploads": lost_uploads(status),
        "certificate files": half_certificate(),
        "disk": disk(),
        "clock": clock.trouble() or time_ahead(status),
    }


def green_detail(name: str) -> str:
    """Gives the detail of a check that is green."""
    status = state.load()
    return {
        "backup": f"newest of {status.get('lastGoodAt', 'the first is being made')}",
        "wal archive": "no segment waits for long",
        "uploads": "those of the last backup are there, but for what the server deleted",
        "certificate files": "whole",
        "files backup": f"newest of {status.get('filesBackupAt', 'none yet')}",
        "disk": "enough is free",
        "clock": "set by a time server, or by the host",
    }[name]


def database_backup(status: state.Status) -> str | None:
    """Gives what is wrong with the backups of the database."""
    if is_cut_off(status):
        return f"the one that began at {status['runningSince']} was cut off. What to do: nothing, it begins again by itself"
    unreadable = status.get("unreadable")
    if unreadable is not None:
        return f"{unreadable}, so it is not known how the last one ended. What to do: nothing, the next one writes it anew and begins by itself"
    last = status.get("lastBackup")
    if last is not None and not last["ok"]:
        return f"{last['error']}. What to do: {last.get('todo', 'see the journal')}"
    begun = status.get("enabledAt")
    newest = status.get("lastGoodAt")
    if newest is not None and timestamps.age_seconds(newest) > LATE_SECONDS:
        return f"the newest backup is of {newest}. What to do: see 'systemctl status imera-backup.timer', run 'imera-backup now'"
    if newest is None and begun is not None and timestamps.age_seconds(begun) > FIRST_BACKUP_SECONDS:
        return "there is no backup yet. What to do: run 'imera-backup now'"
    if begun is None:
        return with_whole_commands("backups were never set up. What to do: run 'pulumi up'")
    return None


def is_cut_off(status: state.Status) -> bool:
    """Whether a backup began and neither ended nor runs. One that runs holds its lock."""
    if status.get("runningSince") is None:
        return False
    with state.lock("database", wait=False) as free:
        return free


def wal_archive(status: state.Status) -> str | None:
    """Gives what is wrong with the archive of the write-ahead log."""
    gap = status.get("walGap")
    if gap:
        return f"the archive has a gap at {gap}: times after it cannot be restored until the next full backup has ended, which begins by itself. What to do: see 'imera-backup status'"
    waiting = waiting_segments()
    if is_late(waiting):
        late = f"{len(waiting)} segments of the write-ahead log wait for the archive, the oldest for {int(time.time() - waiting[0])} s"
        return f"{late}: {last_archive_error()}. They stay on the volume meanwhile. What to do: see that the backup store answers"
    if status.get("walWaited"):
        # Dropped segments don't wait either, so this is not over before the archive was seen to be whole.
        return "it is not known yet whether it has a gap, after segments had to wait. What to do: see that the backup store answers"
    return None


def is_late(waiting: list[float]) -> bool:
    """Whether the oldest of the segments that wait has waited for too long."""
    return bool(waiting) and time.time() - waiting[0] >= WAL_LATE_SECONDS


def waiting_segments() -> list[float]:
    """Gives the end of each segment that waits for the archive, oldest first, in seconds since 1970.

    PostgreSQL leaves a note for each, as old as the segment's end.
    """
    ends = []
    for note in postgres.folder("main/pg_wal/archive_status").glob("*.ready"):
        try:
            ends.append(note.stat().st_mtime)
        except FileNotFoundError:
            continue
    return sorted(ends)


def last_archive_error() -> str:
    """Gives pgBackRest's last error in PostgreSQL's log."""
    if not postgres.log().exists():
        return "see the server's log"
    with postgres.log().open("rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - LOG_TAIL_BYTES))
        errors: list[str] = re.findall(r"ERROR: *\[\d+\]: *(.*)", log.read().decode(errors="replace"))
    return errors[-1][:200] if errors else "see the server's log"


def files_backup(status: state.Status) -> str | None:
    """Gives what is wrong with the backups of the files."""
    begun = status.get("enabledAt")
    if begun is None:
        return None
    well = state.FILES_WELL
    late_seconds = time.time() - well.stat().st_mtime if well.exists() else clock.uptime_seconds()
    if late_seconds < -AHEAD_SECONDS:
        late_seconds = clock.uptime_seconds()
    if min(late_seconds, timestamps.age_seconds(begun)) < FILES_LATE_SECONDS:
        return None
    last = status.get("lastFiles")
    why = last["error"] if last and last.get("error") else "its timer does not run"
    return f"changes of uploads and certificates have not been saved for {int(late_seconds)} s: {why}. What to do: see 'journalctl -u imera-backup-files'"


def lost_uploads(status: state.Status) -> str | None:
    """Gives which uploads are lost."""
    loss = status.get("lostUploads")
    if loss is None and not uploads.folder().is_dir() and status.get("enabledAt") is not None:
        loss = uploads.find_loss()
    if loss is None:
        return None
    trouble = uploads.describe(loss)
    return f"{trouble.line()}. What to do: {trouble.todo}"


def half_certificate() -> str | None:
    """Gives what is not whole among certbot's files."""
    trouble = half.trouble()
    return f"{trouble.line()}. What to do: {trouble.todo}" if trouble else None


def time_ahead(status: state.Status) -> str | None:
    """Gives which backup is of a time that has not come. It would seem to be new for as long."""
    ends = [status.get("lastGoodAt"), status.get("filesBackupAt")]
    ahead = [end for end in ends if end is not None and timestamps.age_seconds(end) < -AHEAD_SECONDS]
    if not ahead:
        return None
    return (
        f"the clock was ahead, or is behind now: the newest backup says that it is of {max(ahead)}. What to do: compare "
        "'timedatectl' with another clock; once it is right, 'imera-backup now --full' makes one of its own time"
    )


def disk() -> str | None:
    """Gives which of the root and the data volume is nearly full, of data or of files, and what makes room there."""
    places = (("/", facts.ROOT, ROOT_ADVICE), (facts.facts()["mountPoint"], facts.data(), volume_advice()))
    low = [f"{name} has {left}. What to do: {advice}" for name, path, advice in places if (left := scarce(path))]
    return "; ".join(low) or None


def scarce(path: pathlib.Path) -> str | None:
    """Gives what is left of a file system that is nearly full; None: enough is."""
    status = os.statvfs(path)
    free = status.f_frsize * status.f_bavail
    percent = 100 * status.f_bavail // max(1, status.f_blocks)
    if percent < FREE_PERCENT or free < FREE_BYTES:
        return f"{free // 1048576} MiB free ({percent} %)"
    # 0 of 0: a file system that makes them as it needs them.
    files_percent = 100 * status.f_favail // max(1, status.f_files)
    if status.f_files > 0 and files_percent < FREE_PERCENT:
        return f"room for {status.f_favail} more files only ({files_percent} %), whatever their size"
    return None


def volume_advice() -> str:
    """Gives what makes room on the data volume. A full one stops the database."""
    aside = [str(path) for path in postgres.set_aside()]
    delete = (
        f"delete what restores have set aside, when nobody misses anything in it ({' '.join(aside)}), or "
        if aside
        else ""
    )
    return f"{delete}enlarge the volume (imera:volumeSizeGiB); a full one stops the database"
