"""Runs of a backup: the database, its manifest and the files; and what is done about one that failed."""

import os
import subprocess
import sys
import time
from typing import cast

from certificate import half
from node import timestamps
from node.facts import facts
from node.trouble import Trouble, as_trouble

from . import checks, database, files, preparation, state, uploads
from .files import FullManifest
from .notification import notify_admin

SUNDAY = 6
DAY_SECONDS = 24 * 3600
RETRY_SECONDS = 900


def make(kind: str) -> None:
    """Makes a backup of the kind full or incr, after the one that runs. Raises Trouble, also where what it saved is not all that should be there."""
    with state.lock("database", wait=False) as got:
        if got:
            record_backup(kind)
            refuse_what_is_missing()
            return
    print("imera-backup: another backup is running; this one begins when it has ended", file=sys.stderr)
    with state.lock("database", wait=True):
        record_backup(kind)
    refuse_what_is_missing()


def refuse_what_is_missing() -> None:
    """Raises Trouble where uploads are lost or the certificate is half: what is there is saved, and that is not what should be."""
    refuse_loss()
    trouble = half.trouble()
    if trouble is not None:
        raise trouble


def refuse_loss() -> None:
    """Raises Trouble where uploads are lost."""
    loss = state.load().get("lostUploads")
    if loss is not None:
        raise uploads.describe(loss)


def scheduled() -> None:
    """Makes the backup that is due, unless one runs."""
    with state.lock("database", wait=False) as got:
        if not got:
            print("imera-backup: another backup is running; it will do")
            return
        record_backup(None)
    refuse_what_is_missing()


def record_backup(kind: str | None) -> None:
    """Makes a backup, records how it ended, and tells the administrator when that is news. kind: None: the one that is due."""
    be_gentle()
    started = time.monotonic()
    state.update(runningSince=timestamps.iso(timestamps.now()))
    try:
        with as_trouble("the backup could not be made"):
            outcome = back_up(kind)
        state.update(
            lastBackup=outcome,
            lastGoodAt=outcome["at"],
            walGap=None,
            walArchivedAt=outcome["at"],
            seconds=round(time.monotonic() - started, 1),
        )
        print(
            f"backup: {outcome['label']} ({outcome['type']}), {outcome['rows']} rows, manifest at {outcome['restorePoint']}"
        )
    except Trouble as trouble:
        state.record_failure(trouble)
        raise
    finally:
        state.update(runningSince=None)
        notify_admin()


def back_up(kind: str | None) -> state.LastBackup:
    """Makes a backup of the database, its manifest and the files, and applies the retention. kind: None: the one that is due."""
    preparation.prepare()
    made = database.back_up(kind or due_kind())
    with state.lock("files", wait=True):
        document = cast(FullManifest, database.manifest())
        point = document["restorePoint"]
        files.back_up(["kind=backup", f"backup={made['label']}", f"point={point}"], document)
        files.remove_old(facts()["backup"]["keepDays"])
        if made["type"] == "full":
            files.prune()
    note_files_well()
    rows = sum(table["rows"] for table in document["tables"].values())
    return {
        "at": timestamps.iso(timestamps.now()),
        "ok": True,
        "error": None,
        "label": made["label"],
        "type": made["type"],
        "restorePoint": point,
        "rows": rows,
    }


def due_kind() -> str:
    """Gives the kind of the backup that is due: full where there is none, on Sundays, after a week, and where the archive has a gap."""
    full = [backup for backup in database.of_this_cluster(database.info()) if backup["type"] == "full"]
    age = time.time() - full[-1]["timestamp"]["stop"] if full else None
    if age is None or age > 7.5 * DAY_SECONDS or state.load().get("walGap"):
        return "full"
    return "full" if timestamps.now().weekday() == SUNDAY and age > 0.8 * DAY_SECONDS else "incr"


def save_files() -> None:
    """Backs the files up when something changed, unless another run does."""
    with state.lock("files", wait=False) as got:
        if not got:
            print("imera-backup: another backup of the files is running")
            return
        try:
            if files.changed():
                be_gentle()
                last = state.load().get("lastFiles")
                if last is None or not last["ok"]:
                    files.unlock()
                state.update(
                    lastFiles={"at": timestamps.iso(timestamps.now()), "ok": False, "error": "the run was cut off"}
                )
                with as_trouble("the files could not be backed up"):
                    snapshot = files.back_up(["kind=files"])
                state.update(lastFiles={"at": timestamps.iso(timestamps.now()), "ok": True, "error": None})
                print(f"files: snapshot {snapshot[:8]}")
            note_files_well()
        except Trouble as trouble:
            state.update(lastFiles={"at": timestamps.iso(timestamps.now()), "ok": False, "error": trouble.line()})
            raise
    refuse_loss()


def settle_uploads(choice: str) -> None:
    """Brings lost uploads back into their place (restore), or lets the backups forget them (forget), and saves the files."""
    with state.lock("files", wait=True):
        if choice == "restore":
            print(f"uploads: {uploads.bring_back()} are back in {facts()['uploadDirectory']}")
        with as_trouble("the files could not be backed up"):
            files.back_up(["kind=files"], forget=choice == "forget")
    print("uploads: the backup has what is there")
    notify_admin()


def note_files_well() -> None:
    """Notes that the backup of the files ended well, or found nothing to do."""
    state.RUNTIME.mkdir(mode=0o755, parents=True, exist_ok=True)
    state.FILES_WELL.touch()


def be_gentle() -> None:
    """Lowers the priority of this process: the services come first, also when this was started by hand."""
    os.nice(10)
    subprocess.run(["ionice", "--class", "best-effort", "--classdata", "7", "--pid", str(os.getpid())], check=True)


def watch() -> None:
    """Tries again what went wrong, and tells the administrator of changes."""
    try:
        find_gap(state.load())
    except Trouble as trouble:
        print(f"imera-backup: {trouble.line()}", file=sys.stderr)
    status = state.load()
    last = status.get("lastBackup")
    may_retry = last is None or timestamps.age_seconds(last["at"]) > RETRY_SECONDS
    is_due = checks.database_backup(status) is not None and may_retry
    if status.get("walGap") or checks.is_cut_off(status) or is_due:
        subprocess.run(["systemctl", "start", "--no-block", "imera-backup.service"], check=True)
    notify_admin()


def find_gap(status: state.Status) -> None:
    """Records the first segment that the archive lacks, after segments had to wait: pgBackRest drops them rather than fill the volume."""
    if checks.is_late(checks.waiting_segments()):
        if not status.get("walWaited"):
            state.update(walWaited=True)
    elif status.get("walWaited"):
        state.update(walGap=database.first_missing_segment(), walWaited=False)
