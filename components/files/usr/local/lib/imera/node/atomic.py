"""Writes files atomically: a file has all of its content, its mode and its owner before it gets its name."""

import json
import os
import pathlib
import tempfile


def write(path: pathlib.Path, content: str | bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Replaces the file and waits until it is on the disk. owner: uid and gid, by default those of this process.

    Raises OSError. The temporary file, which may hold secrets, is gone then, also when the disk is full.
    """
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".imera-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            if owner is not None:
                os.fchown(stream.fileno(), *owner)
            os.fchmod(stream.fileno(), mode)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def install(path: pathlib.Path, content: str | bytes, mode: int, owner: tuple[int, int]) -> bool:
    """Writes the file where its content, mode or owner differ. Gives whether it did."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and not path.is_symlink():
        status = path.stat()
        same = (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (mode, *owner)
        if same and path.read_bytes() == data:
            return False
    write(path, data, mode, owner)
    return True


def write_json(path: pathlib.Path, document: object) -> None:
    """Writes a document that everyone may read."""
    write(path, json.dumps(document, indent=1, sort_keys=True) + "\n", 0o644)
