"""Backups of uploads, certificates and ejabberd's own files, as snapshots of restic."""

import json
import os
import pathlib
import time
from collections.abc import Sequence
from typing import NotRequired, TypedDict

from node import atomic, backup_store, commands, timestamps
from node.facts import data, facts, place
from node.restic import restic
from node.store_errors import RESTIC_NO_REPOSITORY, restic_trouble
from node.trouble import Trouble

from . import staging, state, uploads
from .database import Table

# A run takes what had changed before its start by more than this: an upload in progress is left for the next one.
GRACE_SECONDS = 3
STAMP = place("/var/lib/imera/backup/files.stamp")
METADATA_TIMEOUT_SECONDS = 120
EJABBERD_CONFIG = place("/etc/ejabberd")
EJABBERD_STATE = place("/var/lib/ejabberd")


class FullManifest(TypedDict):
    """Content of the database and of the uploads, as a snapshot holds it, and what the node knew of uploads that are not there."""

    restorePoint: str
    tables: dict[str, Table]
    uploads: NotRequired[dict[str, staging.Upload]]
    lostUploads: NotRequired[uploads.Loss | None]
    uploadsForgottenAt: NotRequired[str | None]


def watched() -> list[str]:
    """Lists the folders in which a change calls for a snapshot."""
    places = [place(facts()["uploadDirectory"]), data("letsencrypt"), EJABBERD_CONFIG]
    return [str(path) for path in places if path.is_dir()]


def changed() -> bool:
    """Whether anything was written, renamed or deleted since the last snapshot. One `find`, which stops at the first."""
    known = state.load().get("lostUploads")
    # A folder that was moved away and back has changed nothing that `find` could see.
    if not STAMP.exists() or known is not None or not uploads.folder().is_dir():
        return not STAMP.exists() or uploads.find_loss() != known
    command = ["find", *watched(), "-newer", str(STAMP), "-print", "-quit"]
    found = commands.run(command, what="changes were looked for", timeout_seconds=300)
    return found.stdout != "" or found.returncode != 0


def back_up(tags: Sequence[str], document: FullManifest | None = None, forget: bool = False) -> str:
    """Makes a snapshot of everything, with the manifest where one is given. Gives the snapshot's id.

    Uploads that are lost stay in it, and are noted in the status. forget: they go.
    """
    started = time.time()
    if not data().is_mount():
        mount_point = facts()["mountPoint"]
        raise Trouble(
            "the files could not be backed up",
            f"no volume is mounted at {mount_point}",
            f"see 'systemctl status {mount_point}'",
        )
    folder = data("backup")
    loss = None if forget else uploads.find_loss()
    if forget:
        state.update(uploadsForgottenAt=timestamps.iso(timestamps.now()))
    staged = staging.stage(uploads.folder(), uploads.copy(), started - GRACE_SECONDS, keep=loss is not None)
    atomic.write_json(folder / "uploads.json", {"version": 1, "uploads": staged})
    places = [folder / "upload", folder / "uploads.json"]
    if document is not None:
        known = {"lostUploads": loss, "uploadsForgottenAt": state.load().get("uploadsForgottenAt")}
        atomic.write_json(folder / "manifest.json", {**document, "uploads": staged, **known})
        places.append(folder / "manifest.json")
    places += [data("letsencrypt"), EJABBERD_CONFIG, EJABBERD_STATE]
    snapshot = make_snapshot([path for path in places if path.exists()], tags)
    STAMP.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    STAMP.touch()
    os.utime(STAMP, (started - GRACE_SECONDS - 1,) * 2)
    state.update(filesBackupAt=timestamps.iso(timestamps.now()), lostUploads=loss)
    return snapshot


def make_snapshot(places: Sequence[pathlib.Path], tags: Sequence[str]) -> str:
    """Makes a snapshot of these places and gives its id. Raises Trouble."""
    ensure_repository()
    command = ["backup", "--json", "--no-scan", "--group-by", "host", "--host", facts()["nodeName"]]
    command += ["--exclude", str(EJABBERD_STATE / "translations.cache")]
    output = checked(
        "the files could not be backed up", *command, *(f"--tag={tag}" for tag in tags), "--", *map(str, places)
    )
    summary = json.loads(output.strip().splitlines()[-1])
    if summary.get("message_type") != "summary" or not summary.get("snapshot_id"):
        raise Trouble(
            "the files could not be backed up", "restic ended without naming a snapshot", "run 'imera-backup now'"
        )
    return str(summary["snapshot_id"])


def ensure_repository() -> None:
    """Makes the repository only where restic is sure that there is none: not where the store is silent or the passphrase wrong."""
    backup_store.ensure_reachable()
    result = restic("cat", "config", "--no-lock", "--quiet", timeout_seconds=METADATA_TIMEOUT_SECONDS)
    if result.returncode == RESTIC_NO_REPOSITORY:
        result = restic("init", timeout_seconds=METADATA_TIMEOUT_SECONDS)
    if result.returncode != 0:
        raise restic_trouble(
            "the files' backups cannot be reached", result.returncode, result.stderr.strip() or result.stdout
        )


def remove_old(keep_days: int) -> None:
    """Applies the retention.

    A snapshot that belongs to a database backup is kept somewhat longer than that: a full one outlives its days until the next
    one has its own.
    """
    unlock()
    kinds = (
        (
            "kind=files",
            [
                "--keep-last",
                "1",
                "--keep-within",
                "1d",
                "--keep-within-hourly",
                "7d",
                "--keep-within-daily",
                f"{keep_days}d",
            ],
        ),
        ("kind=backup", ["--keep-last", "2", "--keep-within", f"{keep_days + 8}d"]),
    )
    for tag, rules in kinds:
        checked("old snapshots could not be removed", "forget", "--tag", tag, "--group-by", "", "--quiet", *rules)


def prune() -> None:
    """Frees the space that only removed snapshots used."""
    checked("the space of old snapshots could not be freed", "prune", "--quiet", "--max-repack-size", "1G")


def restore_points() -> dict[str, str]:
    """Gives the restore point of each database backup by its label, from the snapshots' tags."""
    result = restic(
        "snapshots", "--no-lock", "--json", "--tag", "kind=backup", timeout_seconds=METADATA_TIMEOUT_SECONDS
    )
    if result.returncode == RESTIC_NO_REPOSITORY:
        return {}
    if result.returncode != 0:
        raise restic_trouble(
            "the files' backups cannot be listed", result.returncode, result.stderr.strip() or result.stdout
        )
    tags = [dict(tag.split("=", 1) for tag in snapshot["tags"]) for snapshot in json.loads(result.stdout)]
    return {tag["backup"]: tag["point"] for tag in tags}


def unlock() -> None:
    """Removes locks whose process on this host is gone, or that nobody renews."""
    restic("unlock", "--quiet", timeout_seconds=METADATA_TIMEOUT_SECONDS)


def checked(what: str, *arguments: str) -> str:
    """Runs restic and gives its output. Raises Trouble when it fails. what: what did not work then."""
    result = restic(*arguments)
    if result.returncode != 0:
        raise restic_trouble(what, result.returncode, result.stderr.strip() or result.stdout)
    return result.stdout
