"""Status of the backups, kept from one run to the next, and the locks of those that run."""

import contextlib
import fcntl
import syslog
from collections.abc import Iterator
from typing import TypedDict, Unpack, cast

from node import atomic, documents, timestamps
from node.facts import place
from node.trouble import Trouble

from .uploads import Loss

STATUS = place("/var/lib/imera/backup/status.json")
# In memory: a lock ends with its process, and whatever is here with the machine.
RUNTIME = place("/run/imera-backup")
# Its time is when the backup of the files last ended well, or found nothing to do.
FILES_WELL = RUNTIME / "files-well"


class LastBackup(TypedDict, total=False):
    """Outcome of a database backup. todo is there where it failed, label and what follows where it did not."""

    at: str
    ok: bool
    error: str | None
    todo: str
    label: str
    type: str
    restorePoint: str
    rows: int


class LastFiles(TypedDict):
    """Outcome of a backup of the files."""

    at: str
    ok: bool
    error: str | None


class Status(TypedDict, total=False):
    """Content of status.json. Times are RFC 3339 in UTC, durations in seconds.

    walWaited: segments of the log had to wait for the archive, and it is not known yet whether it has a gap. walGap: the first
    segment that the archive lacks. notified: names of the checks that the administrator knows to be red. unreadable: why the file
    could not be read; the next change writes it anew. uploadsForgottenAt: when somebody last said that uploads which were lost are
    to go.
    """

    enabledAt: str
    runningSince: str | None
    lastBackup: LastBackup
    lastGoodAt: str
    lastFiles: LastFiles
    filesBackupAt: str
    walArchivedAt: str
    walGap: str | None
    walWaited: bool
    seconds: float
    notified: list[str]
    lostUploads: Loss | None
    uploadsForgottenAt: str
    unreadable: str


def load() -> Status:
    """Reads the status; empty where no backup was set up yet."""
    try:
        return cast(Status, documents.read(STATUS, ""))
    except FileNotFoundError:
        return {}
    except documents.Unreadable as damage:
        # Backups were set up, or there would be no file.
        return {"enabledAt": timestamps.iso(timestamps.now()), "unreadable": damage.line()}


def update(**changes: Unpack[Status]) -> None:
    """Changes some entries of the status and keeps the others, atomically."""
    with lock("status", wait=True):
        status = load()
        status.pop("unreadable", None)
        atomic.write_json(STATUS, {**status, **changes})


def record_failure(trouble: Trouble) -> None:
    """Records a backup that failed as the last one, with what happened and what to do."""
    update(
        lastBackup={
            "at": timestamps.iso(timestamps.now()),
            "ok": False,
            "error": trouble.line(),
            "todo": trouble.todo,
        }
    )


@contextlib.contextmanager
def lock(name: str, wait: bool) -> Iterator[bool]:
    """Takes a lock and gives whether it was got. The open file holds it, so that a run that was killed leaves none."""
    RUNTIME.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (RUNTIME / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def log_error(text: str) -> None:
    """Writes to the journal at priority err, wherever this runs."""
    syslog.openlog("imera-backup", syslog.LOG_PID, syslog.LOG_DAEMON)
    syslog.syslog(syslog.LOG_ERR, text)
