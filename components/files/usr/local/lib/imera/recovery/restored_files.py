"""Uploads and certificates from restic's snapshots."""

import concurrent.futures
import hashlib
import json
import pwd
import shutil

from backup import files

from . import volume
from .refused import Refused
from .store import moment, oneline

STAGED = "/srv/imera/backup"
CERTIFICATES = "/srv/imera/letsencrypt"
PATIENCE_SECONDS = 12 * 3600
EXAMPLES = 3


def manifest(backup):
    """What the backup must be equal to at its restore point."""
    return document(backup.snapshot, "manifest.json")


def document(snapshot, name):
    result = restic("dump", "--quiet", snapshot, f"{STAGED}/{name}")
    if result.returncode != 0:
        raise Refused(f"{name} of the files' backup {snapshot[:8]} cannot be read; nothing was changed", oneline(result.stderr), todo())
    return json.loads(result.stdout)


def newest(store, time):
    """The newest snapshot of the files; of those before the time, where one is given."""
    fitting = [snapshot["id"] for snapshot in store.snapshots if time is None or moment(snapshot["time"]) <= time]
    return fitting[0] if fitting else None


def restore(snapshot, expected, uploads, user):
    """Uploads to their place, where a restore that was cut off is gone on with; certificates beside the database, which they
    are put into place with. Each upload is compared with `expected`; gives their number."""
    get(snapshot, f"{STAGED}/upload", uploads)
    owner = pwd.getpwnam(user)
    for path in (uploads, *uploads.rglob("*")):
        shutil.chown(path, owner.pw_uid, owner.pw_gid)
    if holds(snapshot, CERTIFICATES):
        get(snapshot, CERTIFICATES, volume.RESTORING / "letsencrypt")
    compare(expected, uploads)
    return len(expected)


def get(snapshot, source, target):
    result = restic("restore", "--quiet", f"{snapshot}:{source}", "--target", str(target))
    if result.returncode != 0:
        raise Refused(f"{source} could not be restored from the files' backup {snapshot[:8]}", oneline(result.stderr), todo())


def holds(snapshot, path):
    return restic("ls", "--quiet", snapshot, path).stdout.strip() != ""


def compare(expected, uploads):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        faults = [fault for fault in pool.map(lambda entry: fault_of(uploads / entry[0], entry[1]), expected.items()) if fault]
    if faults:
        raise Refused(f"{len(faults)} of {len(expected)} uploads are not what was backed up", "; ".join(faults[:EXAMPLES]), todo())


def fault_of(path, entry):
    if not path.is_file():
        return f"{path} is missing"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return None if digest == entry["sha256"] else f"{path} has the SHA-256 {digest}, expected {entry['sha256']}"


def restic(*arguments):
    return files.restic("--no-lock", *arguments, timeout_seconds=PATIENCE_SECONDS)


def todo():
    return "see whether an earlier version of the objects under files/ is in the bucket (docs/outage.md), and run 'pulumi up' again; an earlier state is restored with imera:recoveryTime"


