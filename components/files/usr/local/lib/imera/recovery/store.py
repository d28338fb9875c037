"""Content of the backup store, and how certain that is. Reads only."""

import concurrent.futures
import dataclasses
import datetime
import json
import re
import subprocess
from typing import Any, Literal, TypedDict, cast

from node import pgbackrest, timestamps
from node.backup_store import ensure_reachable
from node.pgbackrest import STANZA
from node.postgres import segment_folder, segment_timeline
from node.restic import restic
from node.store_errors import RESTIC_NO_REPOSITORY, RESTIC_WRONG_PASSPHRASE, Kind, classify, summary
from node.trouble import Trouble

from .timelines import Timeline, parse

TIMEOUT_SECONDS = 120
# Status codes of `pgbackrest info`: the stanza's path is missing; it is there without a backup.
NO_STANZA = 1
NO_BACKUP = 2

StoreKind = Literal["unreachable", "refused", "missing", "locked", "unclear", "damaged", "empty", "useless", "ready"]
# Errors of pgBackRest as a recovery takes them; all others: damaged.
KINDS: dict[Kind, StoreKind] = {
    "locked": "locked",
    "unreadable": "locked",
    "missing": "missing",
    "refused": "refused",
    "unreachable": "unreachable",
}

# As pgBackRest prints it: its fields differ with what it found.
Info = dict[str, Any]


class Snapshot(TypedDict):
    """Snapshot of restic. time: RFC 3339 with fractions. tags: as name=value, None where there are none."""

    id: str
    time: str
    tags: list[str] | None


@dataclasses.dataclass(frozen=True)
class RestorePoint:
    """Point of the log at which a backup's manifest was taken. snapshot: id of restic's snapshot that holds the manifest."""

    name: str
    at: datetime.datetime
    snapshot: str


@dataclasses.dataclass(frozen=True)
class Backup:
    """Backup of the database. It can be verified where it has a restore point."""

    label: str
    finished_at: datetime.datetime
    size_bytes: int
    timeline: int
    stop_lsn: str
    restore_point: RestorePoint | None = None


@dataclasses.dataclass(frozen=True)
class Store:
    """Content of the store.

    kind: missing (no such bucket), locked (another passphrase), useless (something is there, and no backup). why: what was
    seen. backups, snapshots: newest first. archived_to: the newest WAL segment. archive: the folder of such segments. timelines:
    by their numbers, the newest last; only that one where no time was asked for.
    """

    kind: StoreKind
    why: str = ""
    backups: tuple[Backup, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    system_id: str | None = None
    archived_to: str | None = None
    archive: str | None = None
    timelines: tuple[Timeline, ...] = ()


def inspect_store(time: datetime.datetime | None) -> Store:
    """Asks the store what it holds, and which timelines there are to restore that time from; None: the newest state is wanted."""
    try:
        ensure_reachable()
    except Trouble as trouble:
        return Store("unreachable", trouble.line())
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            info, snapshots = pool.submit(database_info), pool.submit(list_snapshots)
            return judge(info.result(), *snapshots.result(), time)
    except Trouble as trouble:
        return Store("unclear", trouble.line())


def ask(*arguments: str, what: str = "the backup store cannot be asked") -> subprocess.CompletedProcess[str]:
    """Runs pgBackRest, which gives up early on a store that is silent."""
    return pgbackrest.pgbackrest("--io-timeout=10", *arguments, what=what, timeout_seconds=TIMEOUT_SECONDS)


def database_info() -> Info:
    """Asks pgBackRest for the stanza. A failure is given as a status with code 99."""
    result = ask("info", "--output=json", "--log-level-stderr=error")
    if result.returncode != 0:
        return {"status": {"code": 99, "message": result.stderr.strip()}}
    stanzas = cast(list[Info], json.loads(result.stdout, strict=False))
    return next((stanza for stanza in stanzas if stanza["name"] == STANZA), {"status": {"code": NO_STANZA}})


def list_snapshots() -> tuple[int, str, list[Snapshot]]:
    """Asks restic for its snapshots. Gives its exit code, its words and the snapshots."""
    result = restic("snapshots", "--json", "--no-lock", timeout_seconds=TIMEOUT_SECONDS)
    listed = json.loads(result.stdout) if result.returncode == 0 else []
    return result.returncode, result.stderr.strip(), listed


def judge(
    info: Info, restic_code: int, restic_words: str, snapshots: list[Snapshot], time: datetime.datetime | None = None
) -> Store:
    """Judges the store by the answers of pgBackRest and restic, and reads its timelines for a restore to the time."""
    code = info["status"]["code"]
    if code not in (0, NO_STANZA, NO_BACKUP):
        return failed_store(info, restic_code)
    if restic_code == RESTIC_WRONG_PASSPHRASE:
        return Store("locked", "the uploads' backups do not open with this stack's passphrase")
    if code == NO_STANZA and restic_code == RESTIC_NO_REPOSITORY and not has_leftovers():
        return Store("empty")
    archive = info["archive"][-1] if info.get("archive") else {"id": None, "max": None}
    newest_first = tuple(sorted(snapshots, key=lambda snapshot: timestamps.parse(snapshot["time"]), reverse=True))
    found = Store(
        "ready",
        backups=list_backups(info, newest_first),
        snapshots=newest_first,
        system_id=str(info["db"][-1]["system-id"]) if info.get("db") else None,
        archived_to=archive["max"],
        archive=f"archive/{STANZA}/{archive['id']}",
    )
    if not found.backups:
        return dataclasses.replace(found, kind="useless", why="it holds files, but no backup of a database")
    if restic_code not in (0, RESTIC_NO_REPOSITORY):
        return dataclasses.replace(
            found, kind="unclear", why=f"the uploads' backups cannot be read: {summary(restic_words)}"
        )
    return dataclasses.replace(found, timelines=read_timelines(found, time))


def failed_store(info: Info, restic_code: int) -> Store:
    """Judges a store whose stanza cannot be read."""
    words = " ".join([info["status"]["message"], *(repo["status"]["message"] for repo in info.get("repo", []))])
    kind = classify(words)
    store_kind = KINDS.get(kind, "damaged") if kind else "damaged"
    # It proves the passphrase wrong; pgBackRest only sees that what it reads makes no sense.
    if restic_code == RESTIC_WRONG_PASSPHRASE:
        store_kind = "locked"
    # The same passphrase opens the uploads, so it is not what is wrong.
    if store_kind == "locked" and restic_code == 0:
        return Store(
            "damaged", "the list of the database's backups (backup.info) cannot be read, while the passphrase is right"
        )
    if store_kind == "locked":
        return Store("locked", "the backups do not open with this stack's passphrase")
    # What restic sees there is not nothing.
    return Store("unclear" if restic_code == 0 else store_kind, summary(words))


def has_leftovers() -> bool:
    """Whether there is any object under pgBackRest's path."""
    result = ask("repo-ls", "--recurse", what="the backup store cannot be listed")
    if result.returncode != 0:
        raise Trouble("the backup store cannot be listed", summary(result.stderr), "run it again")
    return result.stdout.strip() != ""


def list_backups(info: Info, snapshots: tuple[Snapshot, ...]) -> tuple[Backup, ...]:
    """Gives the backups of the stanza's newest database, newest first."""
    system = info["db"][-1]["id"] if info.get("db") else None
    found = [
        Backup(
            label=entry["label"],
            finished_at=datetime.datetime.fromtimestamp(entry["timestamp"]["stop"], datetime.UTC),
            size_bytes=entry["info"]["size"],
            timeline=segment_timeline(entry["archive"]["start"]),
            stop_lsn=entry["lsn"]["stop"],
            restore_point=restore_point(entry["label"], snapshots),
        )
        for entry in info.get("backup", [])
        if entry["database"]["id"] == system
    ]
    return tuple(sorted(found, key=lambda backup: backup.finished_at, reverse=True))


def restore_point(label: str, snapshots: tuple[Snapshot, ...]) -> RestorePoint | None:
    """Gives the restore point of the backup with this label, from the tags of the snapshots."""
    for snapshot in snapshots:
        tags = dict(tag.split("=", 1) for tag in snapshot.get("tags") or [] if "=" in tag)
        point = tags.get("point", "")
        if tags.get("backup") == label and re.fullmatch(r"imera-\d{8}T\d{6}Z", point):
            at = datetime.datetime.strptime(point, "imera-%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
            return RestorePoint(point, at, snapshot["id"])
    return None


def read_timelines(store: Store, time: datetime.datetime | None) -> tuple[Timeline, ...]:
    """Reads the timelines, by their numbers. For the newest state only the newest is read, and only where backups are of others."""
    used = {backup.timeline for backup in store.backups}
    newest = segment_timeline(store.archived_to) if store.archived_to else max(used)
    if time is None:
        return (Timeline(newest) if used == {newest} else read_timeline(store, newest),)
    written = {segment_timeline(name) for name in list_archive(str(store.archive)) if name.endswith(".history")}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        read = list(pool.map(lambda number: read_timeline(store, number), sorted(written)))
    return tuple(sorted([*read, *map(Timeline, {newest, *used} - written)], key=lambda timeline: timeline.number))


def read_timeline(store: Store, number: int) -> Timeline:
    """Reads the timeline with this number from its history file. Raises Trouble."""
    result = ask("repo-get", f"{store.archive}/{number:08X}.history")
    if result.returncode != 0:
        raise Trouble("the history of the write-ahead log cannot be read", summary(result.stderr), "run it again")
    return parse(number, result.stdout)


def archived_to(store: Store, timeline: int) -> str | None:
    """Gives the newest archived WAL segment of a timeline; None: it has none. Raises Trouble."""
    if store.archived_to is None or segment_timeline(store.archived_to) == timeline:
        return store.archived_to
    folders = [name for name in list_archive(str(store.archive)) if re.fullmatch(f"{timeline:08X}[0-9A-F]{{8}}", name)]
    names = list_archive(f"{store.archive}/{max(folders)}") if folders else []
    return max((name[:24] for name in names if re.match(r"[0-9A-F]{24}-", name)), default=None)


def list_archive(folder: str) -> list[str]:
    """Lists a folder of the archive. Raises Trouble."""
    result = ask("repo-ls", folder, what="the archive cannot be listed")
    if result.returncode != 0:
        raise Trouble("the archive cannot be listed", summary(result.stderr), "run it again")
    return result.stdout.split()


def archived_sha1(segment: str, archive: str) -> str | None:
    """Gives the SHA-1 of a WAL segment, which pgBackRest keeps in the object's name and ignores when it restores."""
    result = ask("repo-ls", f"{archive}/{segment_folder(segment)}", what="the archive cannot be listed")
    names = (re.fullmatch(r"([0-9A-F]{24})-([0-9a-f]{40})(\..*)?", line) for line in result.stdout.splitlines())
    return next((name[2] for name in names if name and name[1] == segment), None)
