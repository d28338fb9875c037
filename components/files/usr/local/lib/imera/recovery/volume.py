"""Folders of the database on the volume: what is there, and how a restored one takes its place.

main: the cluster. complete: main is whole; no service starts without it. restoring: a cluster that is being restored, with
all that belongs to it; in it `result.json`, written when it is whole and verified, and the only thing left is to move it.
main.before-TIME: data that was moved aside. Nothing here deletes such data.
"""

import datetime
import os
import pathlib
import shutil
import subprocess
from typing import cast

from node import atomic, documents, postgres
from node.commands import run
from node.facts import data
from node.postgres import SEGMENT_DIGITS, segment_timeline
from node.trouble import Trouble

from . import record, timelines
from .decision import Volume
from .record import Record


def main_folder() -> pathlib.Path:
    """Gives the folder of the cluster."""
    return postgres.folder("main")


def complete_mark() -> pathlib.Path:
    """Gives the file that says that the cluster is whole."""
    return postgres.folder("complete")


def restoring(name: str = "") -> pathlib.Path:
    """Gives a path in the folder of the cluster that is being restored."""
    return postgres.folder("restoring") / name


def result_file() -> pathlib.Path:
    """Gives the file that says that the restored cluster is whole and verified."""
    return restoring("result.json")


def inspect_volume() -> Volume:
    """Reads which database the volume has. Its server does not run."""
    if not complete_mark().exists():
        return Volume(False)
    try:
        control = postgres.control_data(main_folder())
        segments = frozenset(os.listdir(main_folder() / "pg_wal"))
    except (OSError, ValueError) as error:
        return Volume(True, damage=str(error))
    # Right after a promotion the last checkpoint is still of the timeline before.
    timelines = [
        segment_timeline(name) for name in segments if len(name) >= SEGMENT_DIGITS or name.endswith(".history")
    ]
    return Volume(
        True,
        system_id=control["Database system identifier"],
        timeline=max([int(control["Latest checkpoint's TimeLineID"]), *timelines]),
        redo_segment=control["Latest checkpoint's REDO WAL file"],
        segments=segments,
    )


def ensure_readable() -> None:
    """Raises Trouble unless the cluster can be read. A server whose folder is gone goes on for a while, and archives no more."""
    try:
        postgres.control_data(main_folder())
    except (OSError, ValueError) as error:
        todo = "restore it, or bring back what was moved away"
        raise Trouble("the database's folder cannot be read", str(error), todo) from error


def is_in_use() -> bool:
    """Whether PostgreSQL runs from the cluster: where its data comes from was decided earlier."""
    return complete_mark().exists() and run(["systemctl", "is-active", "--quiet", postgres.unit()]).returncode == 0


def discard() -> None:
    """Removes what a restore that was cut off has left. It was never in use."""
    if restoring().exists():
        shutil.rmtree(restoring())


def clear() -> None:
    """Makes an empty folder to restore into."""
    discard()
    restoring().mkdir(mode=0o755, parents=True)


def commit(result: Record) -> None:
    """Makes the restored cluster the one that counts, whatever happens to this run afterwards."""
    if main_folder().exists():
        result["setAside"] = str(postgres.folder(f"main.before-{suffix()}"))
    sync(restoring())
    atomic.write_json(result_file(), result)
    sync(restoring())
    finish()


def finish() -> Record:
    """Moves the restored cluster into its place, and records it. Can be cut off at any point and run again."""
    result = cast(
        Record,
        documents.read(result_file(), f"delete {restoring()} on the node, and run 'pulumi up': it restores again"),
    )
    if restoring("main").exists():
        run(["systemctl", "stop", "ejabberd.service", postgres.unit()])
        timelines.mark_begin(restoring("main"))
        complete_mark().unlink(missing_ok=True)
        sync(postgres.folder())
        aside = result.get("setAside")
        if aside is not None and main_folder().exists():
            main_folder().rename(aside)
        restoring("main").rename(main_folder())
    move_certificates()
    record.write(result)
    complete_mark().touch()
    sync(postgres.folder())
    shutil.rmtree(restoring())
    return result


def move_certificates() -> None:
    """Moves restored certificates into their place, unless the volume has some: those are at least as new."""
    restored, place = restoring("letsencrypt"), data("letsencrypt")
    if restored.exists() and not (place / "live").exists():
        if place.exists():
            place.rename(data(f"letsencrypt.before-{suffix()}"))
        restored.rename(place)


def set_aside() -> dict[str, int]:
    """Gives the sizes in bytes of the databases that restores have moved aside, by their paths, oldest first."""
    return {str(path): size_bytes(path) for path in postgres.set_aside()}


def size_bytes(folder: pathlib.Path) -> int:
    """Gives the room that a folder takes."""
    return int(run(["du", "--summarize", "--block-size=1", str(folder)]).stdout.split("\t")[0] or 0)


def suffix() -> str:
    """Gives the time, for the name of data that is moved aside."""
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"


def sync(folder: pathlib.Path) -> None:
    """Waits until the folder's file system is on the disk."""
    subprocess.run(["sync", "--file-system", folder], check=True)


def free_bytes() -> int:
    """Gives the room on the volume that root's programs may use."""
    status = os.statvfs(data())
    return status.f_bavail * status.f_frsize
