"""Findings of a node's own health program, which a timer runs as root and leaves in a file."""

import json
import pathlib
import time
from collections.abc import Iterator

from .subject import Subject

FILE = pathlib.Path("/run/imera-health/health.json")
PREFIX = "health "
# The timer runs every minute, and a run takes some seconds.
OLD_SECONDS = 300
# Checks of the same things that an eye probes from outside, and those that are never red.
PROBED = ("database", "certificate on ", "updates", "bans")


def read(node: str, file: pathlib.Path = FILE) -> Iterator[tuple[Subject, str | None]]:
    """Lists the findings: each a subject with what is wrong, None where nothing is."""
    itself = subject(f"{PREFIX}itself on {node}")
    try:
        age_seconds = time.time() - file.stat().st_mtime
        checks = json.loads(file.read_text(encoding="utf-8"))["checks"]
        found = [(str(check["name"]), bool(check["ok"]), str(check["detail"])) for check in checks]
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield itself, f"its report cannot be read: {error}"
        return
    if age_seconds > OLD_SECONDS:
        yield itself, f"its last report is {int(age_seconds)} s old: see 'systemctl status imera-health.timer'"
        return
    yield itself, None
    for name, is_ok, detail in found:
        if not name.startswith(PROBED):
            yield subject(f"{PREFIX}{name} on {node}"), None if is_ok else detail


def subject(name: str) -> Subject:
    """Makes the subject of a check, named "health CHECK on NODE"."""
    check, _, node = name.removeprefix(PREFIX).rpartition(" on ")
    trouble, users = WORDS.get(check, (f"the node's check of {check} is red", "nothing yet"))
    return Subject(name, f"{node}: {trouble}", f"{node}: the check of {check} is green again", users, "health", 0)


# By check: headline, and what users notice.
WORDS = {
    "itself": ("the node does not check itself", "nothing; but troubles in the making are not seen"),
    "certificate": ("the certificate ends soon", "nothing yet; clients cannot connect when it has ended"),
    "renewal": ("the certificate was not renewed", "nothing yet; clients cannot connect when it has ended"),
    "backup": ("the backup is late or failed", "nothing; but more would be lost with the data"),
    "wal archive": ("the archive of the database's log is stuck", "nothing; but the last minutes would be lost"),
    "files backup": ("the backup of uploads is late", "nothing; but more would be lost with the data"),
    "uploads": ("uploads are missing", "some files cannot be fetched"),
    "disk": ("a disk fills up", "nothing yet; a full one stops the database"),
    "memory": ("memory is short", "answers are slow; the server may be ended by the system"),
    "clock": ("the clock is not set by a time server", "nothing yet; certificates and logins need the time"),
    "units": ("a service has failed", "depends on the service"),
    "reboot": ("a reboot is due", "nothing; but known holes stay open until then"),
    "security updates": ("security updates wait for you", "nothing; but known holes stay open until then"),
    "drill": ("the last drill is long ago, or failed", "nothing; but nobody knows that the backups restore"),
    "tokens": ("a token near its end", "nothing yet; renewals fail when it has ended"),
}
