"""pgBackRest, run as PostgreSQL's user. A stanza is its name for one database with its backups."""

import subprocess

from .commands import as_user, run
from .postgres import USER
from .store_errors import SILENT_STORE_TODO

STANZA = "imera"


def pgbackrest(*arguments: str, what: str, timeout_seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Runs pgBackRest on the stanza. what: failed when the time is over. Gives the result, whatever the exit code."""
    # A backup's label is a local time, and each has to be later than the one before: no zone may take an hour back.
    command = [*as_user(USER), "env", "TZ=UTC", "pgbackrest", f"--stanza={STANZA}", *arguments]
    # With a wrong passphrase its words have bytes of any kind in them.
    return run(command, what=what, todo=SILENT_STORE_TODO, timeout_seconds=timeout_seconds, cwd="/", errors="replace")
