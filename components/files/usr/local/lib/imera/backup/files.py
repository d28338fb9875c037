"""Uploads, certificates and ejabberd's own files: hard-linked into a folder that stands still, then kept by restic."""

import hashlib
import json
import os
import pathlib
import re
import shlex
import time

from . import state, store
from .state import Failed

SETTINGS = pathlib.Path("/etc/imera/restic.env")
# A run takes what had changed before its start by more than this: an upload in progress is left for the next one.
GRACE_SECONDS = 3
STAMP = pathlib.Path("/var/lib/imera/backup/files.stamp")
METADATA_PATIENCE_SECONDS = 120
EXIT_NO_REPOSITORY = 10
MEANINGS = {
    11: ("somebody else is working on the files' backups", "it is tried again by itself; if it stays, 'restic unlock' with /etc/imera/restic.env"),
    12: ("the passphrase is not the one that the backups were made with", "set imera:backupPassphrase to the former one and run 'pulumi up'; nothing was overwritten"),
}


def folder():
    return pathlib.Path(state.facts()["mountPoint"]) / "backup"


def watched():
    """Where a change calls for a snapshot."""
    facts = state.facts()
    places = [facts["uploadDirectory"], f"{facts['mountPoint']}/letsencrypt", "/etc/ejabberd"]
    return [place for place in places if os.path.isdir(place)]


def changed():
    """Whether anything was written, renamed or deleted since the last snapshot. One `find`, which stops at the first."""
    if not STAMP.exists():
        return True
    found = state.run(["find", *watched(), "-newer", str(STAMP), "-print", "-quit"], "changes were looked for", 300)
    return found.stdout != "" or found.returncode != 0


def back_up(tags, document=None):
    """A snapshot of everything. With a manifest, that goes with it. Gives the snapshot's id."""
    started = time.time()
    facts = state.facts()
    if not os.path.ismount(facts["mountPoint"]):
        raise Failed("the files could not be backed up", f"no volume is mounted at {facts['mountPoint']}", "see 'systemctl status srv-imera.mount'")
    uploads = stage(pathlib.Path(facts["uploadDirectory"]), folder() / "upload", started - GRACE_SECONDS)
    state.write_json(folder() / "uploads.json", {"version": 1, "uploads": uploads})
    own = ["upload", "uploads.json"]
    if document is not None:
        state.write_json(folder() / "manifest.json", document | {"uploads": uploads})
        own.append("manifest.json")
    places = [*(str(folder() / name) for name in own), f"{facts['mountPoint']}/letsencrypt", "/etc/ejabberd", "/var/lib/ejabberd"]
    snapshot = snapshot_of([place for place in places if os.path.exists(place)], tags)
    STAMP.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    STAMP.touch()
    os.utime(STAMP, (started - GRACE_SECONDS - 1,) * 2)
    state.update(filesBackupAt=state.iso(state.now()))
    return snapshot


def snapshot_of(places, tags):
    ensure_repository()
    command = ["backup", "--json", "--no-scan", "--group-by", "host", "--host", state.facts()["nodeName"]]
    command += ["--exclude", "/var/lib/ejabberd/translations.cache"]
    result = restic(*command, *(f"--tag={tag}" for tag in tags), "--", *places)
    if result.returncode != 0:
        raise meant("the files could not be backed up", result)
    summary = json.loads(result.stdout.strip().splitlines()[-1])
    if summary.get("message_type") != "summary" or not summary.get("snapshot_id"):
        raise Failed("the files could not be backed up", "restic ended without naming a snapshot", "run 'imera-backup now'")
    return summary["snapshot_id"]


def ensure_repository():
    """Made only where restic is sure that there is none: not where the store is silent or the passphrase wrong."""
    store.ensure_reachable()
    result = restic("cat", "config", "--no-lock", "--quiet", timeout_seconds=METADATA_PATIENCE_SECONDS)
    if result.returncode == EXIT_NO_REPOSITORY:
        result = restic("init", timeout_seconds=METADATA_PATIENCE_SECONDS)
    if result.returncode != 0:
        raise meant("the files' backups cannot be reached", result)


def thin_out(keep_days):
    """Retention. What a database backup belongs to is kept somewhat longer than that: a full one outlives its days until
    the next one has its own."""
    unlock()
    kinds = (
        ("kind=files", ["--keep-last", "1", "--keep-within", "1d", "--keep-within-hourly", "7d", "--keep-within-daily", f"{keep_days}d"]),
        ("kind=backup", ["--keep-last", "2", "--keep-within", f"{keep_days + 8}d"]),
    )
    for tag, rules in kinds:
        result = restic("forget", "--tag", tag, "--group-by", "", "--quiet", *rules)
        if result.returncode != 0:
            raise meant("old snapshots could not be removed", result)


def prune():
    result = restic("prune", "--quiet", "--max-repack-size", "1G")
    if result.returncode != 0:
        raise meant("the space of old snapshots could not be freed", result)


def restore_points():
    """The restore point of each backup, by its label: the tags of the snapshots say it."""
    result = restic("snapshots", "--no-lock", "--json", "--tag", "kind=backup", timeout_seconds=METADATA_PATIENCE_SECONDS)
    if result.returncode == EXIT_NO_REPOSITORY:
        return {}
    if result.returncode != 0:
        raise meant("the files' backups cannot be listed", result)
    tags = [dict(tag.split("=", 1) for tag in snapshot["tags"]) for snapshot in json.loads(result.stdout)]
    return {tag["backup"]: tag["point"] for tag in tags}


def unlock():
    """Locks whose process on this host is gone, or that nobody renews."""
    restic("unlock", "--quiet", timeout_seconds=METADATA_PATIENCE_SECONDS)


def restic(*arguments, timeout_seconds=None):
    environment = {"PATH": os.environ["PATH"], "HOME": "/root"}
    for line in SETTINGS.read_text().splitlines():
        name, _, value = line.partition("=")
        environment[name] = "".join(shlex.split(value))
    (folder() / "cache").mkdir(mode=0o700, parents=True, exist_ok=True)
    command = ["restic", "--cleanup-cache", *arguments]
    return state.run(command, "the files' backups do not answer", timeout_seconds, env=environment)


def meant(what, result):
    said = re.sub(r"\s+", " ", result.stderr.strip() or result.stdout.strip())[-300:]
    why, todo = MEANINGS.get(result.returncode, (said, "see whether the backup store answers; it is tried again by itself"))
    return Failed(what, why, todo)


def stage(source, target, until):
    """Makes target the same tree of the same files, by hard links, without those that were written after `until`, which stay
    as they were there. Gives size and digest of each file."""
    known = digests(target)
    entries = {}
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, folders, names in os.walk(source):
        here = pathlib.Path(place).relative_to(source)
        keep = {*folders, *(name for name in names if link(pathlib.Path(place, name), target / here / name, until))}
        for name in folders:
            same_folder(pathlib.Path(place, name), target / here / name)
        for name in set(os.listdir(target / here)) - keep:
            remove(target / here / name)
        for name in sorted(keep - set(folders)):
            entries[str(here / name)] = digest(target / here / name, known.get(str(here / name)))
    state.write_json(target.parent / "digests.json", entries)
    return {name: {"sizeBytes": entry["sizeBytes"], "sha256": entry["sha256"]} for name, entry in entries.items()}


def link(source, target, until):
    """Whether target is there afterwards."""
    try:
        status = source.lstat()
        if target.exists() and target.stat().st_ino == status.st_ino:
            return True
        if status.st_mtime > until or source.is_symlink() or not source.is_file():
            return target.exists()
        if target.exists():
            target.unlink()
        os.link(source, target)
        return True
    except FileNotFoundError:
        return target.exists()


def same_folder(source, target):
    if target.exists() or not source.exists():
        return
    status = source.stat()
    target.mkdir(mode=0o700)
    os.chown(target, status.st_uid, status.st_gid)
    target.chmod(status.st_mode & 0o7777)


def remove(path):
    for place, folders, names in os.walk(path, topdown=False):
        for name in names:
            os.unlink(os.path.join(place, name))
        for name in folders:
            os.rmdir(os.path.join(place, name))
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


def digests(target):
    path = target.parent / "digests.json"
    return json.loads(path.read_text()) if path.exists() else {}


def digest(path, known):
    """Read anew only when size, time or file are others than last time."""
    status = path.stat()
    identity = {"sizeBytes": status.st_size, "inode": status.st_ino, "modified": status.st_mtime_ns}
    if known is not None and identity.items() <= known.items():
        return known
    with path.open("rb") as file:
        return identity | {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}
