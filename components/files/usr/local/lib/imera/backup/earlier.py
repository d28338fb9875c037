"""Comparison of a restored backup with the earlier ones in the store: a backup of what was lost already is whole in itself."""

import json
from collections.abc import Iterator
from typing import NotRequired, TypedDict, cast

from node import timestamps
from node.facts import data, is_drill
from node.restic import restic
from node.store_errors import restic_trouble
from node.trouble import Trouble
from recovery import record, restored_files

from . import uploads
from .files import FullManifest

TIMEOUT_SECONDS = 3600


class Summary(TypedDict):
    """Numbers of a snapshot, as far as they are of use here."""

    total_files_processed: int


class Snapshot(TypedDict):
    """Snapshot of a backup, as restic lists it. Those that old versions made have no summary."""

    id: str
    time: str
    tags: list[str]
    summary: NotRequired[Summary]


def gaps() -> list[str]:
    """Says what the backup that this node restored lacks, a sentence each. Raises Trouble where the store does not tell."""
    if not is_drill():
        raise Trouble(
            "nothing was compared",
            "this node serves, and its uploads change",
            "compare by 'npm run drill -- --stack STACK'",
        )
    restored = record.read()
    point = restored["restorePoint"] if restored else None
    listed = snapshots()
    own = next((snapshot for snapshot in listed if f"point={point}" in snapshot["tags"]), None)
    if own is None:
        return []
    manifest = cast(FullManifest, restored_files.read_document(own["id"], "manifest.json"))
    return [*known_loss(manifest), *unknown_loss(fullest(listed, own, manifest.get("uploadsForgottenAt")))]


def snapshots() -> list[Snapshot]:
    """Lists the snapshots that backups of the database made."""
    result = restic("snapshots", "--json", "--no-lock", "--tag", "kind=backup", timeout_seconds=TIMEOUT_SECONDS)
    if result.returncode != 0:
        raise restic_trouble("the earlier backups cannot be listed", result.returncode, result.stderr)
    return cast(list[Snapshot], json.loads(result.stdout))


def known_loss(manifest: FullManifest) -> Iterator[str]:
    """Says which uploads the node itself missed when the backup was made. They are in it."""
    loss = manifest.get("lostUploads")
    if loss is not None:
        yield (
            f"uploads: {loss['missing']} of {loss['of']} were gone from the network when the backup was made, which kept "
            "them: 'imera-backup uploads restore' on the node brings them back"
        )


def unknown_loss(earlier: Snapshot | None) -> Iterator[str]:
    """Says which uploads of an earlier backup are neither here nor deleted for a reason."""
    loss = None if earlier is None else uploads.find_loss({**files(earlier), **uploads.files(uploads.folder())})
    if earlier is not None and loss is not None:
        yield (
            f"uploads: {loss['missing']} of {loss['of']} that the backup of {timestamps.iso(timestamps.parse(earlier['time']))} "
            "had are not in the newest one, and neither imera:uploadKeepDays, the quota nor a removed account explains it: "
            "docs/backups.md says how they come back"
        )


def fullest(listed: list[Snapshot], own: Snapshot, since: str | None) -> Snapshot | None:
    """Picks the earlier snapshot with the most files, or the newest where none has its number; None: there is none. since: those
    before that time do not count."""
    earlier = [snapshot for snapshot in listed if moment(snapshot) < moment(own)]
    counted = [
        snapshot for snapshot in earlier if since is None or moment(snapshot) > timestamps.parse(since).timestamp()
    ]
    return max(counted, key=lambda snapshot: (file_count(snapshot), moment(snapshot)), default=None)


def moment(snapshot: Snapshot) -> float:
    """Gives the time of a snapshot in seconds since 1970."""
    return timestamps.parse(snapshot["time"]).timestamp()


def file_count(snapshot: Snapshot) -> int:
    """Gives the number of files in a snapshot; 0: it does not say."""
    return snapshot["summary"]["total_files_processed"] if "summary" in snapshot else 0


def files(snapshot: Snapshot) -> dict[str, uploads.File]:
    """Lists the uploads of a snapshot by their relative paths."""
    folder = f"{data('backup')}/upload"
    listed = restic("ls", "--json", "--no-lock", "--recursive", snapshot["id"], folder, timeout_seconds=TIMEOUT_SECONDS)
    if listed.returncode != 0:
        raise restic_trouble("an earlier backup cannot be read", listed.returncode, listed.stderr)
    nodes = (json.loads(line) for line in listed.stdout.splitlines())
    return {
        node["path"].removeprefix(f"{folder}/"): uploads.File(node["size"], timestamps.parse(node["mtime"]).timestamp())
        for node in nodes
        if node.get("type") == "file"
    }
