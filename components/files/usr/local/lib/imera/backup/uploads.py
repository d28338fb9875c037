"""Uploads that are gone: those that the server deleted, and those that are lost.

The last backup's copy (hard links on the same volume) tells what was there. ejabberd deletes the uploads of an account that is
removed, what is older than imera:uploadKeepDays, and the oldest of a user who would pass imera:uploadQuotaMiB. Where most of the
others are gone, they are lost: the copy keeps them, so that no backup takes their absence for a deletion, until somebody has
brought them back or said that they are to go.
"""

import hashlib
import os
import pathlib
import time
from collections import defaultdict
from typing import NamedTuple, TypedDict

from node import postgres
from node.facts import data, facts, place
from node.trouble import Trouble

DAY_SECONDS = 24 * 3600
MIB = 1024 * 1024


class File(NamedTuple):
    """Upload in the copy. modified: in seconds since 1970."""

    size_bytes: int
    modified: float


class Loss(TypedDict):
    """Uploads that are lost. missing, of: how many, and of how many that should be there. folder: whether their folder is there."""

    missing: int
    of: int
    folder: bool


def folder() -> pathlib.Path:
    """Gives the folder of the uploads."""
    return place(facts()["uploadDirectory"])


def copy() -> pathlib.Path:
    """Gives the folder of the last backup's copy."""
    return data("backup") / "upload"


def find_loss(kept: dict[str, File] | None = None) -> Loss | None:
    """Compares the uploads with those that were there, by relative path; None: nothing is lost. kept: those of another copy than the
    last backup's."""
    kept = files(copy()) if kept is None else kept
    lost = unexplained(kept)
    gone = sum(1 for name in kept if not (folder() / name).exists())
    expected = len(kept) - (gone - len(lost))
    if folder().is_dir() and len(lost) * 2 <= expected:
        return None
    return {"missing": len(lost), "of": expected, "folder": folder().is_dir()}


def files(top: pathlib.Path) -> dict[str, File]:
    """Lists the files below a folder by their relative paths."""
    found = {}
    for at, _, names in os.walk(top):
        for name in names:
            path = pathlib.Path(at, name)
            status = path.lstat()
            found[str(path.relative_to(top))] = File(status.st_size, status.st_mtime)
    return found


def unexplained(kept: dict[str, File]) -> set[str]:
    """Gives those that are gone, though the server had no reason to delete them."""
    oldest_allowed = time.time() - facts()["uploads"]["keepDays"] * DAY_SECONDS
    by_owner: dict[str, dict[str, File]] = defaultdict(dict)
    for name, file in kept.items():
        by_owner[name.split("/", 1)[0]][name] = file
    gone: set[str] = set()
    for uploads in by_owner.values():
        missing = {name for name in uploads if not (folder() / name).exists()}
        young = {name for name in missing if uploads[name].modified > oldest_allowed}
        gone |= young - passed_quota(uploads, missing)
    # The watcher's probes upload each minute, and watch-node deletes that.
    watcher = folder_of(f"{facts()['watchUser']}@{facts()['domain']}")
    gone = {name for name in gone if name.split("/", 1)[0] != watcher}
    if not gone:
        return set()
    owners = account_folders()
    return {name for name in gone if owners is None or name.split("/", 1)[0] in owners}


def passed_quota(uploads: dict[str, File], missing: set[str]) -> set[str]:
    """Gives those of a user's missing uploads that the quota explains: older than all that are left, and there was no room for another."""
    limits = facts()["uploads"]
    room = (limits["quotaMiB"] - limits["maxFileMiB"]) * MIB
    if sum(file.size_bytes for file in uploads.values()) <= room:
        return set()
    left = min((file.modified for name, file in uploads.items() if name not in missing), default=float("inf"))
    return {name for name in missing if uploads[name].modified <= left}


def account_folders() -> set[str] | None:
    """Gives the names of the folders that accounts keep their uploads in; None: the database does not answer."""
    statement = "SELECT DISTINCT username || '@' || server_host FROM users"
    try:
        accounts = postgres.query(statement, database=facts()["database"]["name"]).splitlines()
    except Trouble:
        return None
    return {folder_of(account) for account in accounts}


def folder_of(account: str) -> str:
    """Gives the name of the folder that mod_http_upload keeps the uploads of an account in."""
    return hashlib.sha1(account.encode(), usedforsecurity=False).hexdigest()


def describe(loss: Loss) -> Trouble:
    """Says what is lost and what to do."""
    where = facts()["uploadDirectory"]
    if loss["missing"] == 0:
        return Trouble(
            "the folder of uploads is gone", f"{where} is not there", "run 'pulumi up': it makes the folder again"
        )
    state = "are gone from" if loss["folder"] else "are gone together with"
    return Trouble(
        "uploads are lost",
        f"{loss['missing']} of {loss['of']} {state} {where}, and neither imera:uploadKeepDays, the quota nor a removed account explains it; the backups keep them",
        "to bring them back, run 'imera-backup uploads restore' on the node; if they are to go, 'imera-backup uploads forget'",
    )


def bring_back() -> int:
    """Links into place again what the copy has and the folder of uploads lacks. Gives the number of files."""
    brought = 0
    for name in files(copy()):
        target = folder() / name
        if not target.exists():
            make_folders(target.parent)
            os.link(copy() / name, target)
            brought += 1
    return brought


def make_folders(path: pathlib.Path) -> None:
    """Makes a folder below that of the uploads, and those above it, with the owner and mode that they have in the copy."""
    if path.exists():
        return
    if path != folder():
        make_folders(path.parent)
    status = (copy() / path.relative_to(folder())).stat() if path != folder() else next(copy().iterdir()).stat()
    path.mkdir(mode=0o700)
    os.chown(path, status.st_uid, status.st_gid)
    path.chmod(status.st_mode & 0o7777)
