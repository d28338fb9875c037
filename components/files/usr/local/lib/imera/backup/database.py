"""PostgreSQL's part of a backup: pgBackRest, and the point of the log at which the manifest is taken."""

import json
import re
import sys
import time
from typing import TypedDict, cast

from node import backup_store, commands, postgres, timestamps
from node.facts import facts, place
from node.pgbackrest import STANZA
from node.pgbackrest import pgbackrest as run_pgbackrest
from node.postgres import value
from node.store_errors import StoreTrouble
from node.trouble import Trouble

LIBRARY = place("/usr/local/lib/imera")
ARCHIVE_TIMEOUT_SECONDS = 180


class Start(TypedDict):
    """Beginning and end of a backup: times in seconds since 1970, or names of WAL segments."""

    start: int
    stop: int


class Segments(TypedDict):
    """First and last WAL segment of a backup."""

    start: str
    stop: str


class DatabaseId(TypedDict):
    """Number that pgBackRest gives a database."""

    id: int


class Size(TypedDict):
    """Size of the database that was backed up, in bytes."""

    size: int


class Backup(TypedDict):
    """Backup in pgBackRest's list. type: full, diff or incr."""

    label: str
    type: str
    error: bool
    timestamp: Start
    archive: Segments
    database: DatabaseId
    info: Size


class Archive(TypedDict):
    """Archived segments of one database. max: the newest."""

    id: str
    max: str | None


SystemId = TypedDict("SystemId", {"id": int, "system-id": int})


class Info(TypedDict):
    """Stanza as `pgbackrest info` describes it. The newest backup is the last one."""

    backup: list[Backup]
    archive: list[Archive]
    db: list[SystemId]


class Table(TypedDict):
    """Number of rows and checksum of a table."""

    rows: int
    checksum: str


class Manifest(TypedDict):
    """Output of lib/imera/manifest, without uploads."""

    restorePoint: str
    tables: dict[str, Table]


def pgbackrest(*arguments: str, what: str, timeout_seconds: float | None = None) -> str:
    """Runs pgBackRest and gives its output. Raises StoreTrouble when it fails. what: what did not work then."""
    result = run_pgbackrest(*arguments, what=what, timeout_seconds=timeout_seconds)
    if result.returncode != 0:
        raise StoreTrouble(what, result.stderr or result.stdout)
    return result.stdout


def prepare() -> None:
    """Makes a place in the store for this cluster's backups. Leaves alone whatever is there, or raises Trouble."""
    backup_store.ensure_reachable()
    try:
        stanza("stanza-create")
    except StoreTrouble as trouble:
        # The operator has decided that this network begins anew beside its older backups.
        begins_anew = facts()["recovery"]["choice"] == "initialise"
        if trouble.kind == "other-database" and begins_anew:
            stanza("stanza-upgrade")
        elif trouble.code == 55 and clear_half_made():
            stanza("stanza-create")
        else:
            raise


def stanza(command: str) -> None:
    """Runs a command that creates or changes the stanza."""
    pgbackrest(command, what="backups cannot be set up", timeout_seconds=300)


def clear_half_made() -> bool:
    """Removes a stanza without a backup; gives whether it was one. Leaves one with a backup alone.

    A stanza whose creation was cut off has one of its two descriptions, and perhaps segments of the log, which are of no use
    without a backup.
    """
    what = "backups cannot be set up"
    backups = pgbackrest("repo-ls", f"backup/{STANZA}", what=what, timeout_seconds=300).split()
    if not set(backups) <= {"backup.info", "backup.info.copy"}:
        return False
    for part in ("backup", "archive"):
        pgbackrest("repo-rm", "--recurse", f"{part}/{STANZA}", what=what, timeout_seconds=300)
    return True


def info() -> Info:
    """Asks pgBackRest for the stanza's backups and archive."""
    stanzas = json.loads(pgbackrest("info", "--output=json", what="the backups cannot be listed", timeout_seconds=300))
    found = next((stanza for stanza in stanzas if stanza["name"] == STANZA), None)
    # Code 1: the store was read, and has no such stanza.
    if found is None or found["status"]["code"] == 1:
        return {"backup": [], "archive": [], "db": []}
    if found["status"]["code"] not in (0, 2):
        raise StoreTrouble("the backups cannot be listed", json.dumps([found["status"], found.get("repo")]))
    return cast(Info, found)


def of_this_cluster(known: Info) -> list[Backup]:
    """Selects the backups of the cluster that runs here, oldest first: a stanza keeps those of its forerunner, too."""
    return of_cluster(known, value("SELECT system_identifier FROM pg_control_system()"))


def of_cluster(known: Info, system: str | None) -> list[Backup]:
    """Selects the backups of the cluster with this system identifier, oldest first."""
    ours = {entry["id"] for entry in known["db"] if str(entry["system-id"]) == system}
    return [backup for backup in known["backup"] if backup["database"]["id"] in ours and not backup["error"]]


def run_backup(kind: str) -> None:
    """Makes a backup, full or incr; a full one where an incremental one's label would be earlier than the newest."""
    try:
        pgbackrest("backup", f"--type={kind}", what="the database could not be backed up")
    except StoreTrouble as trouble:
        if trouble.kind != "clock" or kind == "full":
            raise
        print(f"imera-backup: {trouble.why}; a full backup is made instead", file=sys.stderr)
        run_backup("full")


def back_up(kind: str) -> Backup:
    """Makes a backup, full or incr, and proves that it holds a database."""
    started = time.time()
    run_backup(kind)
    made = [backup for backup in of_this_cluster(info()) if backup["timestamp"]["start"] >= started - 60]
    todo = "run 'imera-backup now --full'"
    if not made:
        raise Trouble(
            "the database could not be backed up", "pgBackRest said so, and its list has no such backup", todo
        )
    label = made[-1]["label"]
    detail = json.loads(pgbackrest("info", f"--set={label}", "--output=json", what="the backup cannot be read"))
    databases = [entry["name"] for entry in detail[0]["backup"][0].get("database-ref") or []]
    if facts()["database"]["name"] not in databases or made[-1]["info"]["size"] == 0:
        raise Trouble("the backup is not one", f"{label} holds the databases {databases or 'none'}", todo)
    return made[-1]


def manifest() -> Manifest:
    """Counts and sums the tables at a new restore point, and proves that this is in the archive."""
    point = f"imera-{timestamps.now().strftime('%Y%m%dT%H%M%SZ')}"
    what = "the manifest could not be made"
    result = commands.run([str(LIBRARY / "manifest"), "--restore-point", point], what=what, timeout_seconds=7200)
    if result.returncode != 0:
        raise Trouble(what, result.stderr.strip(), "run 'imera-backup now' again")
    document = cast(Manifest, json.loads(result.stdout))
    users = document["tables"].get("users")
    if users is None or users["rows"] == 0:
        raise Trouble("the backup is not one", "the database holds no account", "see 'ejabberdctl registered_users'")
    archive_all()
    return document


def archive_all() -> None:
    """Waits until everything that is in the log now is in the store."""
    # PostgreSQL only ends a segment that has something in it.
    segment = value("SELECT pg_walfile_name(pg_logical_emit_message(false, 'imera', 'end of a backup'))")
    value("SELECT pg_switch_wal()")
    deadline = time.monotonic() + ARCHIVE_TIMEOUT_SECONDS
    while segment not in segments_in_store(postgres.segment_folder(segment)):
        if time.monotonic() > deadline:
            last = value("SELECT coalesce(last_failed_wal, 'none') FROM pg_stat_archiver")
            raise Trouble(
                "the write-ahead log is not archived",
                f"{segment} is not in the store after {ARCHIVE_TIMEOUT_SECONDS} s; last failure: {last}",
                f"see {postgres.log()}",
            )
        time.sleep(1)


def segments_in_store(folder: str) -> set[str]:
    """Lists the archived segments in one folder of the archive, such as 0000000100000000."""
    found = set()
    for archive in info()["archive"]:
        listing = pgbackrest(
            "repo-ls", f"archive/{STANZA}/{archive['id']}/{folder}", what="the archive cannot be listed"
        )
        found |= {line[:24] for line in listing.splitlines() if re.match(r"[0-9A-F]{24}-", line)}
    return found


def first_missing_segment() -> str | None:
    """Gives the first segment that is missing in the archive between the newest backup and the archive's end."""
    backup_store.ensure_reachable()
    # A gap is seen only when something has come after it.
    archive_all()
    known = info()
    backups = of_this_cluster(known)
    if not backups:
        return None
    first = backups[-1]["archive"]["stop"]
    last = max((archive["max"] or "" for archive in known["archive"]), default="")
    if first[:8] != last[:8]:
        return None
    size = int(value("SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"))
    numbers = range(postgres.segment_number(first, size), postgres.segment_number(last, size) + 1)
    names = [postgres.segment_name(postgres.segment_timeline(first), number, size) for number in numbers]
    archived = set().union(
        *(segments_in_store(folder) for folder in sorted({postgres.segment_folder(name) for name in names}))
    )
    return next((name for name in names if name not in archived), None)
