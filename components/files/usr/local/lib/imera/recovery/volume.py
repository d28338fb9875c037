"""The database's folders on the volume: what is there, and how a restored one takes its place.

main: the cluster. complete: main is whole; no service starts without it. restoring: a cluster that is being restored, with
all that belongs to it; in it `result.json`, written when it is whole and verified, and the only thing left is to move it.
main.before-TIME: data that was moved aside. Nothing here deletes such data.
"""

import datetime
import json
import os
import pathlib
import shutil
import subprocess

from backup.state import RECOVERY, run, write_json

from .decision import Volume

MOUNT = pathlib.Path("/srv/imera")
VERSION = MOUNT / "postgresql/17"
MAIN = VERSION / "main"
COMPLETE = VERSION / "complete"
RESTORING = VERSION / "restoring"
RESULT = RESTORING / "result.json"
PROGRAMS = pathlib.Path("/usr/lib/postgresql/17/bin")
SERVICES = ("ejabberd.service", "postgresql@17-main.service")


def look():
    if not COMPLETE.exists():
        return Volume(False)
    try:
        control = control_data(MAIN)
        segments = frozenset(os.listdir(MAIN / "pg_wal"))
    except (OSError, ValueError) as error:
        return Volume(True, damage=str(error))
    # Right after a promotion the last checkpoint is still of the timeline before.
    timelines = [int(name[:8], 16) for name in segments if len(name) >= 24 or name.endswith(".history")]
    return Volume(
        True,
        system_id=control["Database system identifier"],
        timeline=max([int(control["Latest checkpoint's TimeLineID"]), *timelines]),
        redo_segment=control["Latest checkpoint's REDO WAL file"],
        segments=segments,
    )


def control_data(data):
    result = subprocess.run([PROGRAMS / "pg_controldata", data], capture_output=True, text=True, env={"LC_ALL": "C"})
    if result.returncode != 0:
        raise ValueError(result.stderr.strip() or f"pg_controldata ended with {result.returncode}")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in result.stdout.splitlines())}


def is_in_use():
    """PostgreSQL runs from it: that was decided earlier."""
    return COMPLETE.exists() and run(["systemctl", "is-active", "--quiet", SERVICES[1]], "").returncode == 0


def discard():
    """What a restore that was cut off has left. It was never in use."""
    if RESTORING.exists():
        shutil.rmtree(RESTORING)


def clear():
    discard()
    RESTORING.mkdir(mode=0o755, parents=True)


def commit(result):
    """From here on the restored cluster is the one that counts, whatever happens to this run."""
    sync(RESTORING)
    write_json(RESULT, result)
    sync(RESTORING)
    finish()


def finish():
    """The rest of a commit. Can be cut off at any point and run again."""
    result = json.loads(RESULT.read_text())
    if (RESTORING / "main").exists():
        run(["systemctl", "stop", *SERVICES], "")
        COMPLETE.unlink(missing_ok=True)
        sync(VERSION)
        if MAIN.exists():
            MAIN.rename(VERSION / f"main.before-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}")
        (RESTORING / "main").rename(MAIN)
    put_certificates()
    write_json(RECOVERY, result)
    COMPLETE.touch()
    sync(VERSION)
    shutil.rmtree(RESTORING)
    return result


def put_certificates():
    """Those on the volume, where there are any, are at least as new."""
    restored, place = RESTORING / "letsencrypt", MOUNT / "letsencrypt"
    if restored.exists() and not (place / "live").exists():
        if place.exists():
            place.rename(MOUNT / f"letsencrypt.before-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}")
        restored.rename(place)


def sync(folder):
    subprocess.run(["sync", "--file-system", folder], check=True)


def free_bytes():
    status = os.statvfs(MOUNT)
    return status.f_bavail * status.f_frsize
