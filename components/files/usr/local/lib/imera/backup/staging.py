"""Copy of a tree that stands still while it is backed up: the same files, by hard links."""

import hashlib
import os
import pathlib
from typing import TypedDict, cast

from node import atomic, documents


class Upload(TypedDict):
    """Size in bytes and SHA-256 in hexadecimal."""

    sizeBytes: int
    sha256: str


class Digest(Upload):
    """Upload, with what tells whether it must be read again. modified: in nanoseconds since 1970."""

    inode: int
    modified: int


def stage(source: pathlib.Path, target: pathlib.Path, until: float, keep: bool = False) -> dict[str, Upload]:
    """Makes target the same tree of the same files, and gives size and digest of each by its relative path.

    Files that were written after `until`, in seconds since 1970, stay as they are in target. keep: so does what source lacks.
    """
    known = read_digests(target)
    entries: dict[str, Digest] = {}
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, folders, names in os.walk(source):
        here = pathlib.Path(place).relative_to(source)
        there = {*folders, *(name for name in names if link(pathlib.Path(place, name), target / here / name, until))}
        for name in folders:
            copy_folder(pathlib.Path(place, name), target / here / name)
        for name in set() if keep else set(os.listdir(target / here)) - there:
            remove(target / here / name)
    for place, _, names in os.walk(target):
        for name in sorted(names):
            relative = str((pathlib.Path(place) / name).relative_to(target))
            entries[relative] = digest(target / relative, known.get(relative))
    atomic.write_json(target.parent / "digests.json", entries)
    return {name: {"sizeBytes": entry["sizeBytes"], "sha256": entry["sha256"]} for name, entry in entries.items()}


def link(source: pathlib.Path, target: pathlib.Path, until: float) -> bool:
    """Links a file that was written before `until`. Gives whether target is there afterwards."""
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


def copy_folder(source: pathlib.Path, target: pathlib.Path) -> None:
    """Makes an empty folder with the owner and mode of another, where it is missing."""
    if target.exists() or not source.exists():
        return
    status = source.stat()
    target.mkdir(mode=0o700)
    os.chown(target, status.st_uid, status.st_gid)
    target.chmod(status.st_mode & 0o7777)


def remove(path: pathlib.Path) -> None:
    """Removes a file, or a folder with all that is in it."""
    for place, folders, names in os.walk(path, topdown=False):
        for name in names:
            os.unlink(os.path.join(place, name))
        for name in folders:
            os.rmdir(os.path.join(place, name))
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


def read_digests(target: pathlib.Path) -> dict[str, Digest]:
    """Reads the digests that the last run left beside target. Where they cannot be read, every file is."""
    try:
        return cast(dict[str, Digest], documents.read(target.parent / "digests.json", ""))
    except (FileNotFoundError, documents.Unreadable):
        return {}


def digest(path: pathlib.Path, known: Digest | None) -> Digest:
    """Gives the digest of a file, which is read only when size, time or file are others than in `known`."""
    status = path.stat()
    current = {"sizeBytes": status.st_size, "inode": status.st_ino, "modified": status.st_mtime_ns}
    if isinstance(known, dict) and known.items() >= current.items() and isinstance(known.get("sha256"), str):
        return known
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sizeBytes": status.st_size, "inode": status.st_ino, "modified": status.st_mtime_ns, "sha256": sha256}
