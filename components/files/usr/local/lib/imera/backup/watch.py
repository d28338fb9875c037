"""What is wrong with the backups, and telling the operator when that changes."""

import json
import os
import pathlib
import re
import time

from . import state

LATE_SECONDS = 26 * 3600
# A first backup is made in the background, and may take its time where there is much data.
FIRST_BACKUP_SECONDS = 3 * 3600
# Twice what may be lost at most: one segment may wait for another try.
WAL_LATE_SECONDS = 120
FILES_LATE_SECONDS = 600
DATABASE_LOG = pathlib.Path("/var/log/postgresql/postgresql-17-main.log")
EJABBERD_SETTINGS = pathlib.Path("/etc/default/ejabberd")
ROOM_FOR_MESSAGE_BYTES = 16 * 1024 * 1024
FREE_PERCENT, FREE_BYTES = 10, 500 * 1024 * 1024


def troubles():
    """Name of each thing that is checked, and what is wrong with it; None: nothing. Cheap: asks no server."""
    known = state.load()
    return {
        "backup": backup(known),
        "wal archive": wal_archive(known),
        "files backup": files_backup(known),
        "disk": disk(),
    }


def backup(known):
    last = known.get("lastBackup")
    if is_cut_off(known):
        return f"the one that began at {known['runningSince']} was cut off. What to do: nothing, it begins again by itself"
    if last is not None and not last["ok"]:
        return f"{last['error']}. What to do: {last.get('todo', 'see the journal')}"
    since = known.get("lastGoodAt")
    if since is not None and state.age_seconds(since) > LATE_SECONDS:
        return f"the newest backup is of {since}. What to do: see 'systemctl status imera-backup.timer', run 'imera-backup now'"
    begun = known.get("enabledAt")
    if since is None and begun is not None and state.age_seconds(begun) > FIRST_BACKUP_SECONDS:
        return "there is no backup yet. What to do: run 'imera-backup now'"
    if begun is None:
        return "backups were never set up. What to do: run 'pulumi up'"
    return None


def is_cut_off(known):
    """A run that is at work holds its lock."""
    if known.get("runningSince") is None:
        return False
    with state.lock("database", wait=False) as free:
        return free


def wal_archive(known):
    """PostgreSQL leaves a note for each segment that waits for the archive, as old as the segment's end."""
    if known.get("walGap"):
        return f"the archive has a gap at {known['walGap']}: times after it cannot be restored until the next full backup has ended, which begins by itself. What to do: see 'imera-backup status'"
    waiting = waiting_segments()
    if not is_late(waiting):
        # Dropped segments don't wait either, so this is not over before the archive was seen to be whole.
        return "it is not known yet whether it has a gap, after segments had to wait. What to do: see that the backup store answers" if known.get("walWaited") else None
    held = f"{len(waiting)} segments of the write-ahead log wait for the archive, the oldest for {int(time.time() - waiting[0])} s"
    return f"{held}: {last_archive_error()}. They stay on the volume meanwhile. What to do: see that the backup store answers"


def is_late(waiting):
    return bool(waiting) and time.time() - waiting[0] >= WAL_LATE_SECONDS


def waiting_segments():
    """Ends of the segments that wait, oldest first, in seconds since 1970."""
    notes = pathlib.Path(state.facts()["mountPoint"], "postgresql/17/main/pg_wal/archive_status")
    ends = []
    for note in notes.glob("*.ready"):
        try:
            ends.append(note.stat().st_mtime)
        except FileNotFoundError:
            continue
    return sorted(ends)


def last_archive_error():
    if not DATABASE_LOG.exists():
        return "see the server's log"
    with DATABASE_LOG.open("rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - 65536))
        errors = re.findall(r"ERROR: *\[\d+\]: *(.*)", log.read().decode(errors="replace"))
    return errors[-1][:200] if errors else "see the server's log"


def files_backup(known):
    last = known.get("lastFiles")
    begun = known.get("enabledAt")
    if begun is None:
        return None
    good = pathlib.Path(state.RUNTIME, "files-well")
    late = uptime_seconds() if not good.exists() else time.time() - good.stat().st_mtime
    if min(late, state.age_seconds(begun)) < FILES_LATE_SECONDS:
        return None
    why = last["error"] if last and last.get("error") else "its timer does not run"
    return f"changes of uploads and certificates have not been saved for {int(late)} s: {why}. What to do: see 'journalctl -u imera-backup-files'"


def disk():
    low = []
    for place in ("/", state.facts()["mountPoint"]):
        status = os.statvfs(place)
        free = status.f_frsize * status.f_bavail
        percent = 100 * status.f_bavail // max(1, status.f_blocks)
        if percent < FREE_PERCENT or free < FREE_BYTES:
            low.append(f"{place} has {free // 1048576} MiB free ({percent} %)")
    if not low:
        return None
    return f"{'; '.join(low)}. What to do: enlarge the volume (imera:volumeSizeGiB) or free space; a full one stops the database"


def tell():
    """One message to the administrator for each change, and one line in the journal. What cannot be told now, because the
    server is down, is told by a later run."""
    with state.lock("tell", wait=True):
        wrong = {name: text for name, text in troubles().items() if text is not None}
        told = state.load().get("told", [])
        if sorted(wrong) == told:
            return
        for name in sorted(set(wrong) - set(told)):
            state.log_error(f"{name}: {wrong[name]}")
        if send(message(wrong, told)):
            state.update(told=sorted(wrong))


def message(wrong, told):
    node = state.facts()["nodeName"]
    mended = sorted(set(told) - set(wrong))
    if not wrong:
        return f"{node}: backups are well again ({', '.join(mended)})."
    lines = [f"{node}: something needs attention.", *(f"- {name}: {text}" for name, text in sorted(wrong.items()))]
    return "\n".join([*lines, *(f"- {name}: well again" for name in mended)])


def send(text):
    """From the domain itself to the administrator, by the server's own distribution port on loopback. Kept by the server
    until the administrator is there. Gives whether the server took it: on a full disk it would, and lose it."""
    facts = state.facts()
    status = os.statvfs(facts["mountPoint"])
    if status.f_frsize * status.f_bavail < ROOM_FOR_MESSAGE_BYTES:
        return False
    body, sender, receiver = (list(part.encode()) for part in (text, facts["domain"], facts["adminJid"]))
    call = 'mod_admin_extra:send_message(<<"chat">>, {}, {}, <<>>, {}).\n'.format(
        *(f"list_to_binary({part})" for part in (sender, receiver, body))
    )
    command = ["--reuid", "ejabberd", "--regid", "ejabberd", "--init-groups", "env", "HOME=/var/lib/ejabberd"]
    command += ["erl_call", "-address", distribution_address(), "-timeout", "30", "-e"]
    result = state.run(command, "the administrator was to be told", 60, input=call, cwd="/")
    return result.returncode == 0 and result.stdout.strip() == "{ok, ok}"


def distribution_address():
    settings = dict(line.split("=", 1) for line in EJABBERD_SETTINGS.read_text().splitlines() if "=" in line)
    return f"{settings['ERLANG_NODE'].removeprefix('ejabberd@')}:{settings['ERL_DIST_PORT']}"


def uptime_seconds():
    return float(pathlib.Path("/proc/uptime").read_text().split()[0])


def report():
    """For `health`: one entry a check."""
    found = troubles()
    return [{"name": name, "ok": text is None, "detail": text or well(name)} for name, text in found.items()]


def well(name):
    known = state.load()
    return {
        "backup": f"newest of {known.get('lastGoodAt', 'the first is being made')}",
        "wal archive": "no segment waits for long",
        "files backup": f"newest of {known.get('filesBackupAt', 'none yet')}",
        "disk": "enough is free",
    }[name]


def print_report():
    print(json.dumps(report()))
