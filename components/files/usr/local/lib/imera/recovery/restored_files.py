"""Uploads and certificates from restic's snapshots."""

import concurrent.futures
import hashlib
import json
import pathlib
import shutil
import subprocess
from datetime import datetime
from typing import NamedTuple, TypedDict, cast

from node import timestamps
from node.commands import owner_ids
from node.facts import facts
from node.restic import restic
from node.store_errors import summary
from node.trouble import Trouble

from . import volume
from .store import Store

TIMEOUT_SECONDS = 12 * 3600
EXAMPLES = 3
TODO = "see whether an earlier version of the objects under files/ is in the bucket (docs/outage.md), and run 'pulumi up' again; an earlier state is restored with imera:recoveryTime"


class Upload(TypedDict):
    """Size in bytes and SHA-256 in hexadecimal."""

    sizeBytes: int
    sha256: str


class Table(TypedDict):
    """Number of rows and checksum of a table."""

    rows: int
    checksum: str


class Uploads(TypedDict):
    """Uploads of a snapshot, by their path below the folder of uploads."""

    uploads: dict[str, Upload]


class Restored(NamedTuple):
    """Numbers of uploads: of all that were restored, and of those that were not there before."""

    total: int
    back: int


class Manifest(Uploads):
    """Content of the database and of the uploads at a backup's restore point."""

    tables: dict[str, Table]


def read_manifest(snapshot: str) -> Manifest:
    """Reads what a backup must be equal to at its restore point."""
    return cast(Manifest, read_document(snapshot, "manifest.json"))


def read_uploads(snapshot: str) -> dict[str, Upload]:
    """Reads which uploads a snapshot holds."""
    return cast(Uploads, read_document(snapshot, "uploads.json"))["uploads"]


def read_document(snapshot: str, name: str) -> object:
    """Reads a JSON document from a snapshot. Raises Trouble."""
    result = run_restic("dump", "--quiet", snapshot, f"{facts()['mountPoint']}/backup/{name}")
    if result.returncode != 0:
        raise Trouble(
            f"{name} of the files' backup {snapshot[:8]} cannot be read; nothing was changed",
            summary(result.stderr),
            TODO,
        )
    try:
        return json.loads(result.stdout)
    except ValueError as error:
        raise Trouble(
            f"{name} of the files' backup {snapshot[:8]} makes no sense; nothing was changed", str(error), TODO
        ) from error


def newest(store: Store, time: datetime | None) -> str | None:
    """Gives the id of the newest snapshot of the files; of those before the time, where one is given."""
    fitting = [
        snapshot["id"] for snapshot in store.snapshots if time is None or timestamps.parse(snapshot["time"]) <= time
    ]
    return fitting[0] if fitting else None


def restore(snapshot: str, expected: dict[str, Upload], uploads: pathlib.Path, user: str) -> Restored:
    """Restores uploads and certificates, and compares each upload with `expected`.

    Uploads come to their place, where a restore that was cut off is gone on with; certificates beside the database, together
    with which they are moved into place.
    """
    mount_point = facts()["mountPoint"]
    back = sum(1 for name in expected if not (uploads / name).exists())
    get(snapshot, f"{mount_point}/backup/upload", uploads)
    for path in (uploads, *uploads.rglob("*")):
        shutil.chown(path, *owner_ids(user))
    certificates = f"{mount_point}/letsencrypt"
    if holds(snapshot, certificates):
        get(snapshot, certificates, volume.restoring("letsencrypt"))
    compare(expected, uploads)
    return Restored(len(expected), back)


def get(snapshot: str, source: str, target: pathlib.Path) -> None:
    """Restores a folder of a snapshot. Raises Trouble."""
    result = run_restic("restore", "--quiet", f"{snapshot}:{source}", "--target", str(target))
    if result.returncode != 0:
        raise Trouble(
            f"{source} could not be restored from the files' backup {snapshot[:8]}", summary(result.stderr), TODO
        )


def holds(snapshot: str, path: str) -> bool:
    """Whether a snapshot has something at a path."""
    return run_restic("ls", "--quiet", snapshot, path).stdout.strip() != ""


def compare(expected: dict[str, Upload], uploads: pathlib.Path) -> None:
    """Raises Trouble when an upload is missing or has another content."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        faults = [
            fault for fault in pool.map(lambda entry: fault_of(uploads / entry[0], entry[1]), expected.items()) if fault
        ]
    if faults:
        raise Trouble(
            f"{len(faults)} of {len(expected)} uploads are not what was backed up", "; ".join(faults[:EXAMPLES]), TODO
        )


def fault_of(path: pathlib.Path, upload: Upload) -> str | None:
    """Gives what is wrong with a restored upload."""
    if not path.is_file():
        return f"{path} is missing"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return None if digest == upload["sha256"] else f"{path} has the SHA-256 {digest}, expected {upload['sha256']}"


def run_restic(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs restic without a lock: the key of a drill may only read."""
    return restic("--no-lock", *arguments, timeout_seconds=TIMEOUT_SECONDS)
