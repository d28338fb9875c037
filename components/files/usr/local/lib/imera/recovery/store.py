"""What the backup store holds, and how sure that is. Reads only."""

import concurrent.futures
import dataclasses
import datetime
import json
import re

from backup import files
from backup.database import AS_POSTGRES, STANZA
from backup.state import Failed, run
from backup.store import ensure_reachable

ANSWER_SECONDS = 120
RESTIC_NO_REPOSITORY = 10
RESTIC_WRONG_PASSPHRASE = 12
# Of `pgbackrest info`: the stanza's path is missing; it is there without a backup.
NO_STANZA = 1
NO_BACKUP = 2
# pgBackRest's words, and what they mean for a recovery.
KINDS = (
    ("locked", r"CryptoError|FormatError|cipher header|is or was the repo encrypted"),
    ("missing", r"NoSuchBucket"),
    ("refused", r"\b403\b|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch"),
    ("unreachable", r"HostConnectError|unable to get address|unable to connect|timeout|\b50[0-9]\b|ServiceError"),
)


@dataclasses.dataclass(frozen=True)
class Backup:
    """A backup of the database; with a manifest, what it must be equal to at its restore point."""

    label: str
    finished_at: datetime.datetime
    size_bytes: int
    timeline: int
    stop_lsn: str
    point: str | None = None
    point_at: datetime.datetime | None = None
    snapshot: str | None = None


@dataclasses.dataclass(frozen=True)
class Store:
    """kind: none (the node has no store), unreachable, refused, missing (no such bucket), locked (another passphrase),
    unclear, damaged, empty, useless (something is there, and no backup), ready. why: what was seen."""

    kind: str
    why: str = ""
    # Newest first.
    backups: tuple[Backup, ...] = ()
    snapshots: tuple[dict, ...] = ()
    system_id: str | None = None
    # The newest segment of the write-ahead log, such as 00000001000000000000000C, and the folder of such segments.
    archived_to: str | None = None
    archive: str | None = None
    # Where each earlier timeline was left for the newest one.
    forks: dict = dataclasses.field(default_factory=dict)


def look(facts):
    if facts.get("backup") is None:
        return Store("none", "this network has no backup store")
    try:
        ensure_reachable()
    except Failed as failed:
        return Store("unreachable", failed.line())
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            info, snapshots = pool.submit(database_info), pool.submit(list_snapshots)
            return judge(info.result(), *snapshots.result())
    except Failed as failed:
        return Store("unclear", failed.line())


def pgbackrest(*arguments, what="the backup store cannot be asked"):
    return run([*AS_POSTGRES, "pgbackrest", f"--stanza={STANZA}", "--io-timeout=10", *arguments], what, ANSWER_SECONDS, cwd="/", errors="replace")


def database_info():
    result = pgbackrest("info", "--output=json", "--log-level-stderr=error")
    if result.returncode != 0:
        return {"status": {"code": 99, "message": result.stderr.strip()}}
    # With a wrong passphrase its words have bytes of any kind in them.
    return next((stanza for stanza in json.loads(result.stdout, strict=False) if stanza["name"] == STANZA), {"status": {"code": NO_STANZA}})


def list_snapshots():
    result = files.restic("snapshots", "--json", "--no-lock", timeout_seconds=ANSWER_SECONDS)
    listed = json.loads(result.stdout) if result.returncode == 0 else []
    return result.returncode, result.stderr.strip(), listed


def judge(info, restic_code, restic_said, snapshots):
    """From pgBackRest's account of the stanza, and restic's."""
    code = info["status"]["code"]
    if code not in (0, NO_STANZA, NO_BACKUP):
        return troubled(info, restic_code)
    if restic_code == RESTIC_WRONG_PASSPHRASE:
        return Store("locked", "the uploads' backups do not open with this stack's passphrase")
    if code == NO_STANZA and restic_code == RESTIC_NO_REPOSITORY and not leftovers():
        return Store("empty")
    archive = info["archive"][-1] if info.get("archive") else {"id": None, "max": None}
    known = {
        "system_id": str(info["db"][-1]["system-id"]) if info.get("db") else None,
        "archived_to": archive["max"],
        "archive": f"archive/{STANZA}/{archive['id']}",
        "snapshots": tuple(sorted(snapshots, key=lambda snapshot: moment(snapshot["time"]), reverse=True)),
    }
    found = backups(info, known["snapshots"])
    if not found:
        return Store("useless", "it holds files, but no backup of a database", **known)
    if restic_code not in (0, RESTIC_NO_REPOSITORY):
        return Store("unclear", f"the uploads' backups cannot be read: {oneline(restic_said)}", backups=found, **known)
    return Store("ready", backups=found, forks=forks(known["archive"], archive["max"], found), **known)


def troubled(info, restic_code):
    said = " ".join([info["status"]["message"], *(repo["status"]["message"] for repo in info.get("repo", []))])
    # It proves the passphrase wrong; pgBackRest only sees that what it reads makes no sense.
    kind = "locked" if restic_code == RESTIC_WRONG_PASSPHRASE else kind_of(said, "damaged")
    # The same passphrase opens the uploads, so it is not what is wrong.
    if kind == "locked" and restic_code == 0:
        return Store("damaged", "the list of the database's backups (backup.info) cannot be read, while the passphrase is right")
    if kind == "locked":
        return Store("locked", "the backups do not open with this stack's passphrase")
    # What restic sees there is not nothing.
    return Store("unclear" if restic_code == 0 else kind, oneline(said))


def kind_of(said, otherwise):
    return next((kind for kind, pattern in KINDS if re.search(pattern, said)), otherwise)


def oneline(text):
    """The first sentence that says something: an HTTP error comes with all its headers."""
    code = re.search(r"<Code>(\w+)</Code>", text)
    first = text.removeprefix("other ").strip().split("\n", 1)[0]
    return f"{first[:200].rstrip(':')}{f' {code[1]}' if code else ''}"


def leftovers():
    result = pgbackrest("repo-ls", "--recurse", what="the backup store cannot be listed")
    if result.returncode != 0:
        raise Failed("the backup store cannot be listed", oneline(result.stderr), "")
    return result.stdout.strip() != ""


def backups(info, snapshots):
    system = info["db"][-1]["id"] if info.get("db") else None
    found = []
    for entry in info.get("backup", []):
        if entry["database"]["id"] != system:
            continue
        backup = Backup(
            label=entry["label"],
            finished_at=datetime.datetime.fromtimestamp(entry["timestamp"]["stop"], datetime.UTC),
            size_bytes=entry["info"]["size"],
            timeline=int(entry["archive"]["start"][:8], 16),
            stop_lsn=entry["lsn"]["stop"],
        )
        found.append(with_manifest(backup, snapshots))
    return tuple(sorted(found, key=lambda backup: backup.finished_at, reverse=True))


def with_manifest(backup, snapshots):
    for snapshot in snapshots:
        tags = dict(tag.split("=", 1) for tag in snapshot.get("tags") or [] if "=" in tag)
        if tags.get("backup") == backup.label and re.fullmatch(r"imera-\d{8}T\d{6}Z", tags.get("point", "")):
            point_at = datetime.datetime.strptime(tags["point"], "imera-%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
            return dataclasses.replace(backup, point=tags["point"], point_at=point_at, snapshot=snapshot["id"])
    return backup


def forks(archive, archived_to, found):
    """Asked for only where there is more than one timeline."""
    if archived_to is None or all(backup.timeline == int(archived_to[:8], 16) for backup in found):
        return {}
    result = pgbackrest("repo-get", f"{archive}/{archived_to[:8]}.history")
    if result.returncode != 0:
        raise Failed("the history of the write-ahead log cannot be read", oneline(result.stderr), "")
    return history(result.stdout)


def digest_of(segment, archive):
    """SHA-1 of a segment of the log, which pgBackRest keeps in the object's name and doesn't look at on the way back."""
    result = pgbackrest("repo-ls", f"{archive}/{segment[:16]}", what="the archive cannot be listed")
    names = (re.fullmatch(r"([0-9A-F]{24})-([0-9a-f]{40})(\..*)?", line) for line in result.stdout.splitlines())
    return next((name[2] for name in names if name and name[1] == segment), None)


def history(text):
    """{timeline: where it was left} of a timeline's .history file."""
    lines = (line.split() for line in text.splitlines() if re.match(r"\s*\d", line))
    return {int(line[0]): line[1] for line in lines}


def moment(text):
    return datetime.datetime.fromisoformat(text)
